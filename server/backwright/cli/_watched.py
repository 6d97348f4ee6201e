"""Reviews that follow the work: again whenever what is reviewed is another change than before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Exit

if TYPE_CHECKING:
    from backwright.review.report import Report
    from backwright.review.subject import Subject


def watch_reviews(root: Path, subject: Callable[[], Subject], review: Callable[[Subject], Report]) -> Exit:
    """Review, and again after each burst of edits that makes another change of it, until Ctrl-C.

    Args:
        root: what is followed.
        subject: reads the change as it is now.
        review: reviews it and prints the report.

    Raises:
        BackwrightError: the first change cannot be read. Later such errors are told, and the next edit is waited for.
    """
    from backwright.catalog.watch import Watcher
    from backwright.errors import BackwrightError

    edited = threading.Event()
    seen = subject()
    review(seen)
    watcher = Watcher((root,), (), edited.set)
    watcher.start()
    try:
        while True:
            _tell("watching; Ctrl-C ends it")
            seen = _next(edited, subject, seen, BackwrightError)
            review(seen)
    except KeyboardInterrupt:
        return Exit.CLEAN
    finally:
        watcher.stop()


def _next(edited: threading.Event, subject: Callable[[], Subject], seen: Subject, told: type[Exception]) -> Subject:
    """The next change that is another one than `seen`; edits of what is not reviewed are none."""
    while True:
        edited.wait()
        edited.clear()
        try:
            now = subject()
        except told as error:
            _tell(str(error))
            continue
        if now.diff != seen.diff:
            return now


def _tell(text: str) -> None:
    print(f"backwright: {text}", file=sys.stderr, flush=True)
