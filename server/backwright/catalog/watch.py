"""Follows folders on disk and says, once for each burst of edits, that something there is another.

The thread wakes a few times a second. It is a daemon: nothing waits for it when the process ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

_LOG = logging.getLogger(__name__)

QUIET: Final = 0.2
"""Seconds without an edit that end a burst: programs write a set of files with less between two of them."""

LONGEST: Final = 2.0
"""Seconds after which a burst that goes on is reported all the same."""

_STEP_MS: Final = 50


class Watcher:
    """One thread over some folders.

    Args:
        folders: everything below them is followed; one that is not there is waited for.
        files: looked at by themselves, because a file that is replaced is not the file that was followed.
        changed: called in the thread: once when the folders are followed, for what happened before, and then after
            each burst.
        quiet: see `QUIET`.
        longest: see `LONGEST`.
    """

    def __init__(
        self,
        folders: Iterable[Path],
        files: Iterable[Path],
        changed: Callable[[], object],
        *,
        quiet: float = QUIET,
        longest: float = LONGEST,
    ) -> None:
        self._folders = tuple(folders)
        self._files = tuple(files)
        self._changed = changed
        self._quiet = quiet
        self._longest = longest
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backwright-watch", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it does so within a tenth of a second, or when what it called has returned."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, at most this long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except FileNotFoundError:
                self._stop.wait(self._quiet)
            except Exception as error:  # noqa: BLE001  whatever the system says: what is loaded is served on
                _LOG.warning("the skills cannot be followed on disk, restart to load changes: %s", error)
                return

    def _follow(self) -> None:
        """Follow until told to stop, or until a folder is another one of the same name."""
        from watchfiles import Change, watch

        ours = {str(folder) for folder in self._folders}
        roots, files = _inodes(self._folders), _stamps(self._files)
        since: float | None = time.monotonic()
        for edits in watch(
            *self._folders,
            watch_filter=None,
            step=_STEP_MS,
            debounce=_STEP_MS,
            rust_timeout=max(round(self._quiet * 1000), 1),
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            now = time.monotonic()
            before, files = files, _stamps(self._files)
            edited = bool(edits) or files != before
            if edited and since is None:
                since = now
            if since is not None and (not edited or now - since >= self._longest):
                since = None
                self._report()
            # A new folder may have the number of the old one, whose end is an event.
            if _inodes(self._folders) != roots or any(path in ours for kind, path in edits if kind is Change.deleted):
                return

    def _report(self) -> None:
        try:
            self._changed()
        except Exception:  # noqa: BLE001  one that failed is no reason not to look at the next
            _LOG.exception("a change on disk could not be loaded")


def _inodes(paths: Iterable[Path]) -> tuple[int, ...]:
    """Which folders these are.

    Raises:
        FileNotFoundError: one of them is not there.
    """
    return tuple(path.stat().st_ino for path in paths)


def _stamps(paths: Iterable[Path]) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
