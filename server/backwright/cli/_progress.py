"""A line of progress on a terminal for what takes longer than a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from backwright.review.watch import Progress, Tell

MOMENT: Final = 1.0
"""Seconds without a line; most reviews end before."""


@contextmanager
def progress_line() -> Iterator[Tell | None]:
    """What hears of progress and shows it on standard error; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    line = Line()
    try:
        yield line.tell
    finally:
        line.close()


class Line:
    """One line that is drawn over itself, and is gone at the end.

    Args:
        console: the terminal; None for standard error.
        clock: the time in seconds.
    """

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._start = clock()
        self._shown: tuple[Bar, TaskID] | None = None

    def tell(self, progress: Progress) -> None:
        """Show how far the work is, unless it may well be over in a moment."""
        if self._shown is None:
            if self._clock() - self._start < MOMENT:
                return
            self._shown = self._open()
        bar, task = self._shown
        bar.update(task, completed=progress.percent, description=progress.message)

    def close(self) -> None:
        """Take the line away."""
        if self._shown is not None:
            self._shown[0].stop()

    def _open(self) -> tuple[Bar, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        # What is shown is ours, but no markup all the same.
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        bar = Bar(*columns, console=self._console or Console(stderr=True), transient=True)
        bar.start()
        return bar, bar.add_task("", total=100)
