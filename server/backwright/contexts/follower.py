"""Tells what is new in an outbox, and takes nothing out, so that each process on a store can do so for itself.

first look ── the window ── every event of it is seen
   then ── what lies behind the last place, and what has come to places that were empty
             └── the event at the last place is not there any more ── the window once more

Each look costs as much as there is new. Places need no clock, so it does not matter how those of the processes differ;
the window does, and has room for that.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backwright.contexts.bus import Bus
from backwright.contexts.events import ContextEvent, first_id
from backwright.contexts.relay import POLL_SECONDS
from backwright.contexts.service import utc_now
from backwright.contexts.store import Placed, Store, Unit
from backwright.errors import BackwrightError

WINDOW_SECONDS: Final = 120
"""How long the window is, and how long an empty place may be filled: over what the clocks of the processes on one store
may differ, and over what a transaction takes.
"""

FORGET_DAYS: Final = 7
"""After so long, what nobody has handed on is removed where nobody hands anything on."""

_PAGE: Final = 5_000
# Empty places that are asked for at each look; more than that, and the window is cheaper.
_MOST_EMPTY: Final = 1_000

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look has seen.

    Args:
        found: the events that may be new.
        rows: those of all places that were looked at.
        start: behind which place it looked at all.
    """

    found: Sequence[ContextEvent]
    rows: Sequence[Placed]
    start: int


class Follower:
    """See the module.

    Args:
        store: whose outbox.
        bus: one that nobody else hears.
        clock: the time, in UTC.
    """

    def __init__(self, store: Store, bus: Bus, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._since = clock()
        # The ids that the window may show again; None before the first look.
        self._seen: dict[str, None] | None = None
        self._pruned_at = 0
        # The event at the highest place; None where the window is empty.
        self._last: Placed | None = None
        # Places below it that nobody had, and until when somebody may come to them.
        self._empty: dict[int, datetime] = {}
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._forget()

    def start(self, since: datetime) -> None:
        """Follow in a thread until `stop`, what was made at that time or later; once more is the same as once."""
        if self._thread is None:
            self._since = since
            self._thread = threading.Thread(target=self._run, name="contexts-follower", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Nothing: what this process writes, it has told its listeners itself."""

    def stop(self, seconds: float) -> None:
        """End the thread, and wait for it no longer than this."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def step(self) -> None:
        """Publish what was not there at the last step, and at the first one what was made since the start.

        A write that was under way at the start has an older time; it counts as new once it is there.
        """
        now = self._clock()
        try:
            look = self._store.read(lambda unit: self._behind(unit) or self._window(unit, now))
        except BackwrightError:
            # It is there again at one of the next steps, and then everything since is seen.
            return
        first, seen = self._seen is None, self._seen or {}
        new = [one for one in look.found if one.id not in seen and not (first and one.at < self._since)]
        self._bus.publish(new)
        self._seen = seen | dict.fromkeys(one.id for one in look.found) if first else seen
        self._seen.update(dict.fromkeys(one.id for one in new))
        self._last = max(look.rows, key=lambda one: one.place, default=None)
        self._empty = self._left_empty(look, now)
        self._prune(now)

    def _behind(self, unit: Unit) -> _Look | None:
        """What has come since the last look; None where the window has to tell."""
        last = self._last
        if last is None or len(self._empty) > _MOST_EMPTY:
            return None
        rows = page = [*unit.placed_after(last.place, among=[last.place, *self._empty], limit=_PAGE)]
        # Without it, higher places than its may be lower ones than were seen: they are given again.
        if last.place not in {one.place for one in rows if one.event.id == last.event.id}:
            return None
        while len(page) == _PAGE:
            page = [*unit.placed_after(page[-1].place, among=(), limit=_PAGE)]
            rows = [*rows, *page]
        return _Look([one.event for one in rows if one.place != last.place], rows, last.place)

    def _window(self, unit: Unit, now: datetime) -> _Look:
        """What was made within the window, and all that lies at the places from shortly before it."""
        since, found, after = now - timedelta(seconds=WINDOW_SECONDS), list[Placed](), ""
        while page := unit.placed_since(since, after=after, limit=_PAGE):
            found += page
            after = page[-1].event.id
        if not found:
            return _Look((), (), 0)
        # A transaction that was under way when the first of them was made may have taken its places before; where that
        # may be more of them than are asked for, it is the window that tells next time as well.
        start = max(0, min(one.place for one in found) - _MOST_EMPTY - 2)
        rows, behind = list[Placed](), start
        while page := unit.placed_after(behind, among=(), limit=_PAGE):
            rows += page
            behind = page[-1].place
        return _Look([one.event for one in found], rows, start)

    def _left_empty(self, look: _Look, now: datetime) -> dict[int, datetime]:
        if self._last is None:
            return {}
        taken = {one.place for one in look.rows}
        # As many as say that the window is cheaper are enough, however far the places leap.
        start = max(look.start, self._last.place - len(taken) - 2 * _MOST_EMPTY)
        until = now + timedelta(seconds=WINDOW_SECONDS)
        new = dict.fromkeys((each for each in range(start + 1, self._last.place) if each not in taken), until)
        return new | {each: end for each, end in self._empty.items() if each not in taken and end > now}

    def _prune(self, now: datetime) -> None:
        """Forget the ids that no window can show again, once they have doubled."""
        seen = self._seen or {}
        if len(seen) > 2 * self._pruned_at + _PAGE:
            oldest = first_id(now - timedelta(seconds=2 * WINDOW_SECONDS))
            self._seen = {each: None for each in seen if each >= oldest}
            self._pruned_at = len(self._seen)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.step()
            self._ending.wait(POLL_SECONDS)

    def _forget(self) -> None:
        before = self._clock() - timedelta(days=FORGET_DAYS)
        try:
            oldest = self._store.read(lambda unit: unit.due(before, 1))
            if oldest and oldest[0].event.at < before:
                self._store.write(lambda unit: unit.forget_events(before))
        except BackwrightError as error:
            _LOG.info("old events stay for now: %s", error.message)
