"""What a bus is: where the events of contexts are handed on, whatever carries them.

A bus knows nothing of contexts but their events. The outbox is what keeps events; a bus either takes what it is given
or says that it has not, and then it is given the same again (at least once).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from backwright.contexts.events import ContextEvent

PUBLISH_SECONDS: Final = 4.0
"""How long a bus may take for what it is given, before it must say that it cannot be reached."""

Hear = Callable[[ContextEvent], None]


class EventRefusedError(Exception):
    """The bus is there and does not take what it was given, nor will it if it is given the same at once again."""


class Bus(Protocol):
    """A way for events to leave. Every method may be called from any thread."""

    def publish(self, events: Sequence[ContextEvent]) -> None:
        """Hand events on, in this order; return once the bus has them as safely as it can.

        If it raises, some of them may have been handed on nevertheless.

        Raises:
            StoreUnavailableError: it cannot be reached, or does not answer within `PUBLISH_SECONDS`.
            StorageFullError: its disk is full.
            EventRefusedError: it does not take one of them.
        """

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Call for each event that anyone publishes, from a thread of the bus, and return what ends that.

        It never raises: what is lost while the bus cannot be reached comes when it is back. A bus that only others read
        (see `BusKind.heard`) calls nobody.
        """

    def check(self) -> None:
        """Return if it can be reached now, as far as that can be told without handing anything on.

        Raises:
            StoreUnavailableError: it cannot.
        """

    def close(self) -> None:
        """Let go of everything that is open."""


@dataclass(frozen=True, slots=True)
class BusKind:
    """One kind of bus, declared as `BUS` by its module.

    Args:
        name: what it is called in a report: `redis`.
        schemes: the schemes of the URLs that it opens.
        open: makes the bus at a URL, without a connection yet: a bus that is away at the start is back later. Raises
            InvalidInputError where the URL says what the bus does not know, or its driver is not installed.
        heard: whether replicas can subscribe, or only others read it.
        shared: whether it leaves the process.
    """

    name: str
    schemes: tuple[str, ...]
    open: Callable[[str], Bus]
    heard: bool
    shared: bool
