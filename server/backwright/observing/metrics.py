"""Metrics for Prometheus: how many requests, how long, how they ended, and how the process stands.

Every label is a word of ours (see `requests`), so that no client can make a series. Several processes on one machine
count together where `PROMETHEUS_MULTIPROC_DIR` names an empty folder; then any of them answers for all.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector

from backwright._work import End, Facts
from backwright.errors import InvalidInputError
from backwright.observing.requests import OTHER, Seen

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"

Mode: TypeAlias = Literal["livemostrecent", "livesum", "livemax"]
"""What one of several processes says of a gauge: the newest value, the sum, or the greatest, of those that live."""

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_CODE: Final = re.compile(r"[A-Z]{1,6}[0-9]{3,4}")
_PARTS: Final = frozenset({"route", "review", "review.rules", "review.before", "review.ruff", "scaffold", "render"})
# It lasts as long as its client likes.
_UNTIMED: Final = "subscriptions/listen"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a process stands, asked for when somebody looks.

    Args:
        version: of the server.
        digest: of the catalogue that it serves.
        skills: how many it serves.
        problems: how many problems there are, by severity.
        store_up: whether the store of contexts answers; None where there is none, or none has been opened yet.
        outbox: how many events wait to be handed on; None where it is not known, or nothing hands them on.
        oldest: seconds since the oldest of them was made.
    """

    version: str
    digest: str
    skills: int
    problems: Mapping[str, int]
    store_up: bool | None = None
    outbox: int | None = None
    oldest: float | None = None


class Metrics:
    """See the module. It is a sink of requests and a watcher of engines.

    Raises:
        InvalidInputError: the folder for several processes is none.
    """

    def __init__(self) -> None:
        folder = os.environ.get(MULTIPROCESS)
        if folder and not Path(folder).is_dir():
            raise InvalidInputError(f"{MULTIPROCESS} is no folder", hint="make it, empty, before the server starts")
        self._shared = bool(folder)
        self.registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._make_requests()
        self._make_standing()
        if not self._shared:
            for collector in (ProcessCollector, PlatformCollector, GCCollector):
                collector(registry=self.registry)

    def _make_requests(self) -> None:
        registry = self.registry
        self._requests = Counter(
            "backwright_requests",
            "Requests by how they ended; an isError answer ended with an error.",
            ("transport", "method", "tool", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "backwright_request_seconds",
            "How long requests took, streams of notices left out; error is the code, or empty.",
            ("method", "tool", "error"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._work = Histogram(
            "backwright_work_seconds",
            "How long parts of the work took: routing, reviews and their detectors, scaffolds.",
            ("work",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._store = Histogram(
            "backwright_store_seconds",
            "How long transactions of the store of contexts took, waiting included.",
            ("backend", "operation", "outcome"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._findings = Counter(
            "backwright_review_findings", "Findings that reviews reported, by rule.", ("rule",), registry=registry
        )

    def _make_standing(self) -> None:
        def gauge(name: str, says: str, labels: tuple[str, ...] = (), mode: Mode = "livemostrecent") -> Gauge:
            return Gauge(f"backwright_{name}", says, labels, registry=self.registry, multiprocess_mode=mode)

        self._listeners = gauge("listeners", "Streams of notices that are open.", mode="livesum")
        self._catalogue = gauge(
            "catalogue_info", "The catalogue that is served: a fleet has one digest.", ("version", "digest"), "livemax"
        )
        self._skills = gauge("skills", "Skills that are served.")
        self._problems = gauge("skill_problems", "Problems of the skills, by severity.", ("severity",))
        self._store_up = gauge("store_up", "Whether the store of contexts answers.")
        self._outbox = gauge("outbox_events", "Events of contexts that wait to be handed on.")
        self._oldest = gauge("outbox_oldest_seconds", "How long the oldest of them has waited.")

    def request(self, seen: Seen) -> None:
        """Count a request."""
        self._requests.labels(seen.transport, seen.method, seen.tool, seen.outcome).inc()
        if seen.method != _UNTIMED:
            self._seconds.labels(seen.method, seen.tool, seen.code or _named(seen)).observe(seen.seconds)

    # A watcher of engines

    def begin(self, name: str, facts: Facts) -> End | None:
        """Time a part of the work."""
        del facts
        if name != "store" and name not in _PARTS:
            return None
        started = time.perf_counter()

        def end(facts: Facts, error: BaseException | None) -> None:
            seconds = time.perf_counter() - started
            if name == "store":
                outcome = "ok" if error is None else "error"
                self._store.labels(str(facts["backend"]), str(facts["operation"]), outcome).observe(seconds)
            else:
                self._work.labels(name).observe(seconds)

        return end

    def tell(self, name: str, facts: Facts) -> None:
        """Count what came of the work."""
        if name == "review.findings":
            rule = str(facts["rule"])
            self._findings.labels(rule if _CODE.fullmatch(rule) else OTHER).inc(float(facts["times"]))
        elif name == "listeners":
            self._listeners.set(float(facts["open"]))

    # What somebody reads

    def page(self, standing: Callable[[], Standing], accept: str = "") -> tuple[bytes, str]:
        """The metrics as they are now, and their media type, as the reader wants it."""
        with self._lock:
            self._stand(standing())
            registry = self.registry
            if self._shared:
                registry = CollectorRegistry()
                MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            encode, kind = choose_encoder(accept)
            return encode(registry), kind

    def _stand(self, now: Standing) -> None:
        if not self._shared:
            self._catalogue.clear()
        self._catalogue.labels(now.version, now.digest).set(1)
        self._skills.set(now.skills)
        for severity in ("error", "warning", "note"):
            self._problems.labels(severity).set(now.problems.get(severity, 0))
        for gauge, value in ((self._store_up, now.store_up), (self._outbox, now.outbox), (self._oldest, now.oldest)):
            if value is not None:
                gauge.set(float(value))


def _named(seen: Seen) -> str:
    """What an end without a code is called where one is told apart by it."""
    return "" if seen.outcome == "ok" else seen.outcome
