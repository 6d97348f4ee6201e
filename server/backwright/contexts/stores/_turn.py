"""Whose turn it is to write, among the processes that share a SQLite file.

SQLite gives its lock to whoever asks when it is free, and who finds it taken sleeps for longer and longer. A process
that writes without a pause frees it for a moment only, so the others sleep through that until their patience ends. Here
one of those who wait is the next, and whoever has just written queues up behind it:

wait for the turn ── wait for SQLite's lock ── give the turn to another ── write

The turn is mere courtesy. SQLite's lock is what keeps two from writing at once; who can have no turn does without.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # Windows: SQLite's lock alone
    fcntl = None  # type: ignore[assignment]

# Nobody needs the turn before whoever has it has got the lock, so there is no hurry.
_PAUSE: Final = 0.003


class Patience:
    """How long a process waits to write: long while others do, and not long for one that holds the lock and rests.

    Args:
        path: the file; that somebody has written to it is told by its times.
        resting: seconds that nobody may have written for.
        moving: seconds in all.
        clock: seconds, from anywhere.
    """

    def __init__(
        self, path: Path, resting: float, moving: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        # Whoever writes begins with a journal, and commits into the file or its log.
        self._files = tuple(path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-journal"))
        self._resting = resting
        self._clock = clock
        self._seen = self._times()
        self._since = clock()
        self._end = self._since + moving

    def over(self, share: float = 1.0) -> bool:
        """Whether it is at an end, or such a share of what it has for those who rest."""
        now = self._clock()
        times = self._times()
        if times != self._seen:
            self._seen, self._since = times, now
        return now > min(self._since + share * self._resting, self._end)

    def _times(self) -> tuple[int, ...]:
        found = []
        for file in self._files:
            try:
                found.append(file.stat().st_mtime_ns)
            except OSError:
                found.append(0)
        return tuple(found)


class Turn:
    """The turn of the files in a folder; for one thread.

    The folder itself is locked (flock): a file for this would lie beside the database for ever, and to close one's own
    handle of the database gives up the locks that SQLite holds on it (sqlite.org/howtocorrupt.html, section 2.2).

    Args:
        folder: where the file lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    @contextmanager
    def taken(self, patience: Patience) -> Iterator[None]:
        """Have the turn within the block; without it, if half of the patience is at an end before."""
        held = self._take(patience)
        try:
            yield
        finally:
            if held is not None:
                fcntl.flock(held, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the folder."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _take(self, patience: Patience) -> int | None:
        if fcntl is None:
            return None
        try:
            if self._handle is None:
                self._handle = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
            while True:
                try:
                    fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if patience.over(0.5):
                        return None
                    time.sleep(_PAUSE * random.uniform(0.5, 1))  # noqa: S311  no secret
                else:
                    return self._handle
        except OSError:
            # A network's file system may lock no folders.
            return None
