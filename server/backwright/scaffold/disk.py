"""The project on the disk: read as it is, written all or nothing, by one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from backwright._files import read_bounded, safe_join
from backwright.errors import PlanConflictError, PlanStaleError, ScaffoldInterruptedError, WriteFailedError
from backwright.scaffold.journal import Change, Journal, Recovered, interrupted
from backwright.scaffold.journal import recover as put_back
from backwright.scaffold.plan import RECORDS

__all__ = ["Change", "Recovered", "check_whole", "read_text", "recover", "remove_empty", "write_all"]


def read_text(root: Path, path: str) -> str | None:
    """The text of a file with its line ends as they are, or None where there is none.

    Raises:
        PathOutsideRootError: the path leads through a link.
        PlanConflictError: something is there that is no UTF-8 text file.
    """
    try:
        return read_bounded(safe_join(root, path)).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PlanConflictError(
            f"{path} is there and is no readable UTF-8 file", hint="move it away or choose another name"
        ) from error


def check_whole(root: Path) -> None:
    """Make sure that no write was interrupted here; waits for one that is going on.

    Raises:
        ScaffoldInterruptedError: one was, so that what would be read is neither the old nor the new.
    """
    if not interrupted(root):
        return
    with _locked(root):
        if interrupted(root):
            raise ScaffoldInterruptedError(
                "a scaffold was interrupted while it wrote into this project",
                hint="put it back with `backwright scaffold recover`, then plan again",
            )


def recover(root: Path) -> Recovered:
    """Put back what an interrupted write changed; nothing where there was none.

    Raises:
        PlanConflictError: its journal is damaged.
        PathOutsideRootError: it leads through a link.
        WriteFailedError: the disk refused; it can be tried again.
    """
    if not safe_join(root, RECORDS).exists():
        return Recovered((), ())
    with _locked(root):
        try:
            return put_back(root)
        except OSError as error:
            raise _disk_refused(error, "and recover again; what is not put back yet stands in the journal") from error


def write_all(root: Path, changes: Sequence[Change], *, tidy: Callable[[], None] | None = None) -> tuple[str, ...]:
    """Make every change, in order, or put everything back; gives the folders that it had to make.

    `tidy` removes what is empty after the changes, while they can still be put back.

    A process that is killed on the way leaves a journal, and `recover` puts everything back.

    Raises:
        PlanStaleError: a file is not as `before` says.
        PlanConflictError: something is there that is no text file.
        PathOutsideRootError: a path leads through a link.
        ScaffoldInterruptedError: an earlier write was interrupted and not put back.
        WriteFailedError: the disk refused; everything is as it was.
    """
    if not changes:
        return ()
    root = root.resolve()
    with _locked(root):
        if interrupted(root):
            raise ScaffoldInterruptedError(
                "an earlier scaffold was interrupted while it wrote", hint="run `backwright scaffold recover` first"
            )
        for change in changes:
            if read_text(root, change.path) != change.before:
                raise PlanStaleError(
                    f"{change.path} changed since the plan was made",
                    hint="make the plan again and look at it; nothing was written",
                )
        journal = Journal(root, changes)
        try:
            journal.announce()
            journal.stage()
            journal.commit()
            if tidy is not None:
                tidy()
            journal.close()
        except OSError as error:
            put_back(root)
            raise _disk_refused(error, "and apply again; everything is as it was") from error
        except BaseException:
            put_back(root)
            raise
        return journal.folders


def remove_empty(root: Path, folders: Sequence[str]) -> None:
    """Remove the folders that were made, deepest first, when nothing but Python's caches is left in them."""
    for folder in sorted(folders, key=lambda name: name.count("/"), reverse=True):
        path = safe_join(root, folder)
        cache = path / "__pycache__"
        if path.is_dir() and {each.name for each in path.iterdir()} <= {"__pycache__"}:
            if cache.is_dir() and not cache.is_symlink():
                for each in cache.glob("*.pyc"):
                    each.unlink()
                with suppress(OSError):
                    cache.rmdir()
            with suppress(OSError):
                path.rmdir()


def _disk_refused(error: OSError, then: str) -> WriteFailedError:
    return WriteFailedError(
        f"the disk refused a write: {error.strerror or error}", hint=f"make room or give write permission {then}"
    )


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One writer for a project at a time; the lock lies on the folder itself and leaves nothing behind."""
    try:
        import fcntl
    except ImportError:  # Windows: os.replace on an open file fails there anyway
        yield
        return
    try:
        descriptor = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise _disk_refused(error, "and try again; nothing was written") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
