"""Hands on what stands in the outbox: at least once, and each context's events in their order.

due ── leased for a while ── published ── removed
                 │               └── the bus is away: left for a moment, and so is the bus
                 │               └── one is refused: left for longer and longer, later ones of its context wait
                 └── the relay was killed: due again when the lease has ended

No transaction is open while a bus works: a lease is what keeps other relays away. One that has ended before its relay
was done means that events come twice, and never that they come in another order: whoever has leased an event has also
leased, or seen removed, all earlier ones of its context.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backwright.contexts.bus import PUBLISH_SECONDS, Bus, EventRefusedError
from backwright.contexts.service import utc_now
from backwright.contexts.store import Store, Unit, Waiting
from backwright.errors import BackwrightError, StorageFullError, StoreUnavailableError

LEASE_SECONDS: Final = 6.0
"""How long nobody else takes what a relay has taken; longer than a bus may take for it."""

BATCH: Final = 200
"""Events that are handed on together."""

POLL_SECONDS: Final = 1.0
"""How soon a relay sees what it was not woken for: written by another process, or due again."""

LONGEST_PAUSE: Final = 1.0
"""Seconds between two questions whether the bus is back."""

LONGEST_BACKOFF: Final = 60.0
"""Seconds between two tries of an event that the bus refuses."""

_FIRST_PAUSE: Final = 0.05
_FIRST_BACKOFF: Final = 0.5
_MOST_DOUBLINGS: Final = 20
_LONGEST_ERROR: Final = 300

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch came to.

    Args:
        handed_on: how many events the bus has taken.
        refused: how many it has refused.
        more: whether to go on at once.
        error: why the bus, or the store, could not be used.
    """

    handed_on: int = 0
    refused: int = 0
    more: bool = False
    error: BackwrightError | None = None


class Relay:
    """Takes events from a store to a bus; several may do so at once, in one process or in many.

    Args:
        store: whose outbox.
        bus: where to.
        lease: seconds that nobody else takes what this one has taken.
        clock: the time, in UTC.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        *,
        lease: float = LEASE_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._bus = bus
        self._lease = lease
        self._clock = clock
        self._failures = 0
        # What was leased when the store went away, and until when it is ours.
        self._held: tuple[Sequence[str], datetime] = ((), clock())
        self._until = clock()
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    # In a thread of its own

    def start(self) -> None:
        """Work in a thread until `stop`; once more is the same as once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="contexts-relay", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Say that there is something new, so that it need not be looked for."""
        self._woken.set()

    def end(self) -> None:
        """Have `run` return after what it is at, and after what it was woken for if the bus is there."""
        self._ending.set()
        self._woken.set()

    def stop(self, seconds: float = 2 * PUBLISH_SECONDS) -> None:
        """End the thread, and wait for it no longer than this."""
        with self._lock:
            thread, self._thread = self._thread, None
        self.end()
        if thread is not None:
            thread.join(seconds)

    def run(self) -> None:
        """Hand on until `end`; what goes wrong is logged once, and tried again."""
        while True:
            self._woken.clear()
            # Asked before the step, so that what was put in before the end is seen by the last one.
            last = self._ending.is_set()
            step = self.step()
            if last or (step.error is not None and self._ending.is_set()):
                return
            if step.error is not None:
                # Being woken does not bring the bus back.
                self._ending.wait(self._pause())
            elif not step.more:
                self._woken.wait(POLL_SECONDS)

    # Step by step

    def step(self) -> Step:
        """Hand on one batch; while the bus is away a single event, which finds out whether it is back."""
        try:
            taken = self._taken(1 if self._failures else BATCH)
        except BackwrightError as error:
            return self._failed(error)
        except Exception:  # noqa: BLE001  a thread that ends would end all notices
            _LOG.exception("the outbox could not be read")
            return self._failed(_unforeseen())
        if not taken:
            return Step()
        step = self._handed_on(taken)
        if step.error is None and self._failures:
            _LOG.warning("events are handed on again")
            self._failures = 0
        return step

    def _taken(self, limit: int) -> Sequence[Waiting]:
        now = self._clock()
        held, until = self._held
        if held and now < until:
            self._store.write(lambda unit: unit.release(held))
        self._held = ((), now)
        # Most of the time there is nothing, and a transaction that writes costs more than one that reads.
        if not self._store.read(lambda unit: unit.due(now, 1)):
            return ()
        until = now + timedelta(seconds=self._lease)
        taken = self._store.write(lambda unit: unit.lease(now, until, limit))
        self._until = until
        return taken

    def _handed_on(self, taken: Sequence[Waiting]) -> Step:
        ids = [waiting.event.id for waiting in taken]
        try:
            try:
                self._bus.publish([waiting.event for waiting in taken])
            except EventRefusedError:
                return self._one_by_one(taken)
            self._store.write(lambda unit: unit.handed_on(ids))
        except (StoreUnavailableError, StorageFullError) as error:
            return self._failed(error, ids)
        except Exception:  # noqa: BLE001  a thread that ends would end all notices
            _LOG.exception("events could not be handed on")
            return self._failed(_unforeseen(), ids)
        return Step(len(taken), more=True)

    def _one_by_one(self, taken: Sequence[Waiting]) -> Step:
        """Find out which of them is refused, and let the others pass, but for the later ones of its context."""
        end = time.monotonic() + max(self._lease - PUBLISH_SECONDS, self._lease / 2)
        done: list[str] = []
        refused: list[tuple[Waiting, str]] = []
        back: list[str] = []
        held: set[str] = set()
        away: BackwrightError | None = None
        for waiting in taken:
            event = waiting.event
            if away is not None or event.uri in held or time.monotonic() > end:
                back.append(event.id)
                held.add(event.uri)
                continue
            try:
                self._bus.publish([event])
                done.append(event.id)
            except EventRefusedError as error:
                refused.append((waiting, str(error)))
                held.add(event.uri)
            except (StoreUnavailableError, StorageFullError) as error:
                away = error
                back.append(event.id)
        self._settle(done, refused, back)
        if away is not None:
            return self._failed(away)
        return Step(len(done), refused=len(refused), more=bool(done))

    def _settle(self, done: Sequence[str], refused: Sequence[tuple[Waiting, str]], back: Sequence[str]) -> None:
        now = self._clock()
        with_times = [
            (waiting.event.id, error, now + timedelta(seconds=_backoff(waiting.attempts))) for waiting, error in refused
        ]

        def work(unit: Unit) -> None:
            unit.handed_on(done)
            unit.release(back)
            for each, error, at in with_times:
                unit.failed([each], error[:_LONGEST_ERROR], at)

        self._store.write(work)
        for waiting, error in refused:
            _LOG.warning("%s version %d: %s", waiting.event.uri, waiting.event.version, error)

    def _failed(self, error: BackwrightError, ids: Sequence[str] = ()) -> Step:
        if not self._failures:
            _LOG.warning("events wait: %s; %s", error.message, error.hint)
        self._failures += 1
        next_at = self._clock() + timedelta(seconds=self._pause())
        if ids:
            try:
                self._store.write(lambda unit: unit.failed(ids, error.message[:_LONGEST_ERROR], next_at))
            except BackwrightError:
                # They are given back once the store is there; by itself it would wait for the lease to end.
                self._held = (ids, self._until)
                return Step(error=error)
        return Step(error=error)

    def _pause(self) -> float:
        doubled = _FIRST_PAUSE * 2.0 ** min(self._failures - 1, _MOST_DOUBLINGS)
        # So that relays do not come all at once.
        return min(doubled, LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311  no secret


def _backoff(attempts: int) -> float:
    return min(_FIRST_BACKOFF * 2.0 ** min(attempts, _MOST_DOUBLINGS), LONGEST_BACKOFF)


def _unforeseen() -> BackwrightError:
    return StoreUnavailableError("handing on failed for a reason that the log holds", hint="report it")
