"""The bus inside of one process: what is published is heard at once, here and nowhere else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from backwright.contexts.bus import BusKind, Hear
from backwright.contexts.events import ContextEvent

_LOG = logging.getLogger(__name__)


class MemoryBus:
    """See `Bus`."""

    def __init__(self) -> None:
        self._hearers: dict[object, Hear] = {}
        self._lock = threading.Lock()

    def publish(self, events: Sequence[ContextEvent]) -> None:
        """Call everyone who has subscribed."""
        with self._lock:
            hearers = tuple(self._hearers.values())
        for event in events:
            for hear in hearers:
                try:
                    hear(event)
                except Exception:  # noqa: BLE001  one who cannot hear must not keep the others from hearing
                    _LOG.exception("an event could not be heard")

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Call for each event from now on."""
        token = object()
        with self._lock:
            self._hearers[token] = hear

        def end() -> None:
            with self._lock:
                self._hearers.pop(token, None)

        return end

    def check(self) -> None:
        """It is wherever the process is."""

    def close(self) -> None:
        """Forget who has subscribed."""
        with self._lock:
            self._hearers.clear()


BUS = BusKind(name="memory", schemes=("memory",), open=lambda _: MemoryBus(), heard=True, shared=False)
