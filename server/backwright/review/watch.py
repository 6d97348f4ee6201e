"""How long a review may take, whether anyone still wants it, and how far it is.

A review is one thread's work, so it stops where it asks: between files, between rules, and at a process it waits for.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Final

OFTEN: Final = 0.1
"""Seconds between two reports of progress inside one stage."""


class Cancelled(BaseException):
    """Nobody wants the review any more. No guard against failing rules may take it, so it is no `Exception`."""


class Stage(Enum):
    """A part of a review: where it starts and ends, in percent of the whole, and what it does."""

    CHANGE = (0, 10, "reading the change")
    FILES = (10, 45, "parsing file {} of {}")
    RULES = (45, 90, "running rule {} of {}")
    RUFF = (90, 95, "waiting for ruff")
    REPORT = (95, 100, "writing the report")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is, in percent, and what it does now."""

    percent: float
    message: str


Tell = Callable[[Progress], None]
Clock = Callable[[], float]


class Watch:
    """The deadline, the cancellation and the progress of one review.

    Args:
        seconds: how long it may take from now; None for as long as it takes.
        tell: hears of progress, in the thread of the review; percentages never fall.
        clock: the time in seconds.
    """

    def __init__(
        self, seconds: float | None = None, *, tell: Tell | None = None, clock: Clock = time.monotonic
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._limit: float | None = None
        self._end: float | None = None
        self._over = False
        self._cancelled = threading.Event()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._told: tuple[Stage, float] | None = None
        self._percent = -1.0
        self._part = (0.0, 100.0)
        if seconds is not None:
            self.limit(seconds)

    def limit(self, seconds: float) -> None:
        """Let it take no longer than this from now; a limit that ends earlier stays."""
        end = self._clock() + seconds
        if self._end is None or end < self._end:
            self._limit, self._end = seconds, end

    def cancel(self) -> None:
        """Stop the review, from any thread: what it waits for is killed, and it ends where it next asks."""
        self._cancelled.set()
        for process in tuple(self._processes):
            process.kill()

    def check(self) -> None:
        """Go on only while the review is wanted.

        Raises:
            Cancelled: it is not.
        """
        if self._cancelled.is_set():
            raise Cancelled

    @property
    def over(self) -> bool:
        """Whether the time is up; once it is, it stays so.

        Raises:
            Cancelled: nobody wants the review any more.
        """
        self.check()
        if not self._over and self._end is not None:
            self._over = self._clock() >= self._end
        return self._over

    @property
    def reason(self) -> str:
        """Why something was not done, where time was up."""
        return f"the time limit of {self._limit or 0:g} s was reached"

    def left(self, most: float) -> float:
        """The seconds that something may take that would be given `most` of them."""
        return most if self._end is None else max(0.0, min(most, self._end - self._clock()))

    @contextmanager
    def over_process(self, process: subprocess.Popen[bytes], most: float) -> Iterator[threading.Event]:
        """Kill a process when the review is cancelled, or has waited for it as long as it may.

        Args:
            process: it.
            most: the seconds that it may take, if the review has as many.

        Yields:
            What is set where it was killed because its time was up.
        """
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        self._processes.add(process)
        timer = threading.Timer(self.left(most), kill)
        timer.daemon = True
        timer.start()
        try:
            if self._cancelled.is_set():
                process.kill()
            yield late
        finally:
            timer.cancel()
            self._processes.discard(process)

    def at(self, stage: Stage, done: int = 0, total: int = 1) -> None:
        """Say how far the review is: `done` parts of a stage have been done.

        Raises:
            Cancelled: nobody wants the review any more.
        """
        self.check()
        if self._tell is None:
            return
        now = self._clock()
        if self._told is not None and self._told[0] is stage and now - self._told[1] < OFTEN:
            return
        start, end, message = stage.value
        percent = start + (end - start) * min(done, total) / max(total, 1)
        low, high = self._part
        percent = low + (high - low) * percent / 100
        if percent > self._percent:
            self._percent, self._told = percent, (stage, now)
            self._tell(Progress(round(percent, 1), message.format(min(done + 1, total), total)))

    @contextmanager
    def part(self, start: float, end: float, message: str) -> Iterator[None]:
        """Be about a part of something longer: what is told in it lies between two percentages of the whole.

        Raises:
            Cancelled: nobody wants the whole any more.
        """
        self.check()
        if self._tell is not None and start > self._percent:
            self._percent = start
            self._tell(Progress(round(start, 1), message))
        before, self._part = self._part, (start, end)
        try:
            yield
        finally:
            self._part = before

    @contextmanager
    def kept(self) -> Iterator[Watch]:
        """Be the `current` watch of what is called, and of the threads that it starts with its context."""
        token = _CURRENT.set(self)
        try:
            yield self
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current() -> Watch:
    """The watch over the call that is being answered; a new one without a limit where there is none."""
    return _CURRENT.get() or Watch()
