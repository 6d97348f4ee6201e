"""Whether this process can do its work now: `/ready`, for whoever decides where requests go.

Each part is asked, all at once and for a bounded time; the answer is kept for a second, so that asking often costs
nothing. It names no address and no secret: it is answered to everyone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import backwright
from backwright._files import digest
from backwright.app import App
from backwright.errors import BackwrightError
from backwright.http_api.problems import MEDIA_TYPE, RETRY_SECONDS

if TYPE_CHECKING:
    from backwright.contexts.bus import Bus
    from backwright.contexts.store import Unit

CHECK_SECONDS: Final = 2.0
"""How long all parts together may take to answer."""

KEPT_SECONDS: Final = 1.0
"""How long an answer is given again."""

OLD_SECONDS: Final = 60.0
"""How long an event may wait to be handed on before something is wrong."""

_THREADS: Final = 8
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NotReady(Exception):  # noqa: N818  it is an answer, not an error of ours
    """A part that cannot do its work: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class State:
    """What each part said: None where it is well."""

    parts: Mapping[str, NotReady | None]

    @property
    def ready(self) -> bool:
        """Whether all are well."""
        return not any(self.parts.values())


class Readiness:
    """Asks the parts of one process.

    Args:
        app: what is asked about.
        name: what the server calls itself; replicas that share it also share the state of requests.
        seconds: how long the parts may take.
    """

    def __init__(self, app: App, name: str, *, seconds: float = CHECK_SECONDS) -> None:
        self._app = app
        self._name = name
        self._seconds = seconds
        self._until = 0.0
        self._state = State({})
        self._asking = anyio.Lock()
        # Of its own, so that a question waits for nothing that is being handed on.
        self._opened: Bus | None = None
        self._opening = threading.Lock()
        # Threads that wait for a database that does not answer are these, and not those of requests.
        self._threads = anyio.CapacityLimiter(_THREADS)

    def close(self) -> None:
        """Let go of what was opened to ask."""
        with self._opening:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    async def answer(self, _: Request) -> Response:
        """200 with what is served, or 503 with what is wrong and what to do."""
        state = await self.state()
        catalog = self._app.snapshots.current.catalog
        served = {
            "name": self._name,
            "version": backwright.__version__,
            "manifest": digest(catalog.manifest),
            "catalog": catalog.digest,
            "skills": len(catalog.skills),
        }
        headers = {"Cache-Control": "no-store"}
        if state.ready:
            return JSONResponse({"status": "ready", **served, "checked": list(state.parts)}, headers=headers)
        failing = [
            {"part": part, "message": wrong.message, "hint": wrong.hint}
            for part, wrong in state.parts.items()
            if wrong is not None
        ]
        body = {
            "type": "urn:backwright:problem:not-ready",
            "title": "NOT_READY",
            "status": int(HTTPStatus.SERVICE_UNAVAILABLE),
            "detail": "; ".join(f"{each['part']}: {each['message']}" for each in failing),
            "code": "NOT_READY",
            "retry": True,
            "failing": failing,
            **served,
        }
        return JSONResponse(body, 503, {**headers, "Retry-After": RETRY_SECONDS}, media_type=MEDIA_TYPE)

    async def state(self) -> State:
        """What the parts say, or said a moment ago; whoever asks meanwhile waits for the same answer."""
        async with self._asking:
            if time.monotonic() >= self._until:
                self._state = await self._asked()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._state

    async def _asked(self) -> State:
        parts: dict[str, Callable[[], None]] = {"skills": self._skills}
        if self._app.settings.offers_contexts:
            parts |= {"database": self._database, "bus": self._bus}
        late = NotReady(f"no answer within {self._seconds:g} seconds", "see whether it runs and can be reached")
        found: dict[str, NotReady | None] = dict.fromkeys(parts, late)
        with anyio.move_on_after(self._seconds):
            async with anyio.create_task_group() as group:
                for part, check in parts.items():
                    group.start_soon(self._ask, found, part, check)
        return State(found)

    async def _ask(self, found: dict[str, NotReady | None], part: str, check: Callable[[], None]) -> None:
        asked = partial(_wrong, check)
        found[part] = await anyio.to_thread.run_sync(asked, abandon_on_cancel=True, limiter=self._threads)

    def _skills(self) -> None:
        if not self._app.snapshots.current.catalog.skills:
            raise NotReady("no skill is served", "see `/problems`, or `backwright skills`, for why")

    def _database(self) -> None:
        from backwright.contexts.opening import kind_of_bus

        shared = kind_of_bus(self._app.settings.bus).shared

        def look(unit: Unit) -> tuple[tuple[str | None, str | None], datetime | None]:
            oldest = unit.events_since(_EPOCH, 1) if shared else ()
            return unit.revision(), oldest[0].at if oldest else None

        (found, head), oldest = self._app.contexts.store.read(look)
        if found != head:
            raise NotReady(
                f"its tables are at revision {found}, and this version writes {head}",
                "run one version of Backwright on it, the latest; it brings the tables up to date",
            )
        age = 0.0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds()
        if age > OLD_SECONDS:
            raise NotReady(
                f"an event has waited for {age:.0f} seconds to be handed on",
                "see whether the bus takes events; `backwright relay` hands them on as well",
            )

    def _bus(self) -> None:
        from backwright.contexts.opening import open_bus

        with self._opening:
            self._opened = self._opened or open_bus(self._app.settings.bus)
        self._opened.check()


def _wrong(check: Callable[[], None]) -> NotReady | None:
    try:
        check()
    except NotReady as wrong:
        return wrong
    except BackwrightError as error:
        return NotReady(error.message, error.hint)
    return None
