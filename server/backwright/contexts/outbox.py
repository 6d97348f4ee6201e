"""How many events wait to be handed on, and for how long: what tells that nobody hands them on any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backwright.contexts.service import utc_now
from backwright.contexts.store import Store, Unit

# A bus's clock may be ahead of this one's.
_AHEAD: Final = timedelta(days=1)
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What stands in an outbox.

    Args:
        events: how many.
        oldest_seconds: since when the oldest has; 0 where there are none.
    """

    events: int
    oldest_seconds: float


def waiting(store: Store, *, clock: Callable[[], datetime] = utc_now) -> Outbox:
    """What stands in the outbox of a store now.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    now = clock()

    def work(unit: Unit) -> Outbox:
        oldest = unit.events_since(_BEGINNING, 1)
        if not oldest:
            return Outbox(0, 0.0)
        age = (now - oldest[0].at).total_seconds()
        return Outbox(unit.old_events(now + _AHEAD), max(0.0, age))

    return store.read(work)
