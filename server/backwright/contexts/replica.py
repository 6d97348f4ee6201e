"""What one process has to do with the events of contexts: it hands them on, and its listeners hear of each once.

own changes ───────────────────┐
bus (other replicas' changes) ─┴─ each id once ── listeners

With a bus that other processes reach, the outbox is handed on by a relay. With the one that they do not, each process
follows the outbox for itself, so that several on one store hear of each other all the same, a little later.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from backwright.contexts.bus import BusKind, Hear
from backwright.contexts.events import ContextEvent
from backwright.contexts.follower import Follower
from backwright.contexts.relay import Relay
from backwright.contexts.service import utc_now
from backwright.contexts.store import Store

REMEMBERED: Final = 10_000
"""Ids of events that a replica knows to have been heard."""

_STOP_SECONDS: Final = 2.0

_LOG = logging.getLogger(__name__)


class Replica:
    """See the module. Every method may be called from any thread, and none of them waits for the bus.

    Args:
        kind: the kind of the bus.
        url: the bus.

    Raises:
        InvalidInputError: the URL says what the bus does not know, or its driver is not installed.
    """

    def __init__(self, kind: BusKind, url: str) -> None:
        self._kind = kind
        self._bus = kind.open(url)
        self._worker: Relay | Follower | None = None
        self._subscribed: Callable[[], None] | None = None
        self._hearers: dict[object, Hear] = {}
        self._since: datetime | None = None
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def attach(self, store: Store) -> None:
        """Hand on what stands in a store's outbox, from now until `close`."""
        with self._lock:
            self._worker = Relay(store, self._bus) if self._kind.shared else Follower(store, self._bus)
            self._start()

    def wake(self) -> None:
        """Say that there is something new in the outbox."""
        if self._worker is not None:
            self._worker.wake()

    def tell(self, event: ContextEvent) -> None:
        """Tell the listeners, unless they have heard of it."""
        with self._lock:
            if event.id in self._heard:
                return
            self._heard[event.id] = None
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
            hearers = tuple(self._hearers.values())
        for hear in hearers:
            try:
                hear(event)
            except Exception:  # noqa: BLE001  the change is made, and the others want to hear of it
                _LOG.exception("a change could not be told")

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Call for each change that is made here or heard of from now on, and return what ends that."""
        token = object()
        with self._lock:
            self._hearers[token] = hear
            if self._subscribed is None:
                self._since = utc_now()
                self._subscribed = self._bus.subscribe(self.tell)
            self._start()

        def end() -> None:
            with self._lock:
                self._hearers.pop(token, None)

        return end

    def _start(self) -> None:
        if isinstance(self._worker, Relay):
            self._worker.start()
        elif self._worker is not None and self._since is not None:
            self._worker.start(self._since)

    def close(self) -> None:
        """End what works in the background; what is left in the outbox is handed on by the next."""
        with self._lock:
            worker, self._worker = self._worker, None
            subscribed, self._subscribed = self._subscribed, None
            self._hearers.clear()
        if worker is not None:
            worker.stop(_STOP_SECONDS)
        if subscribed is not None:
            subscribed()
        self._bus.close()
