"""Writes a plan: every file as it was shown, or none."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded, safe_join
from backwright.errors import PlanConflictError, PlanStaleError, WriteFailedError
from backwright.scaffold.plan import RECORDS, Plan


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written.

    Args:
        written: the paths that changed, in the order of writing; records under `.scaffold/` are left out.
        unchanged: the paths that already were as the plan wants them.
        kept: the paths that were left to the user, who edited or deleted them.
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write, or to delete where `after` is None; `before` is what must be there now."""

    path: str
    before: str | None
    after: str | None


def apply(plan: Plan, root: Path, *, expect: str | None = None) -> Applied:
    """See `engine.apply`."""
    if expect is not None and expect != plan.digest:
        raise PlanStaleError(
            f"the plan is now {plan.digest}, not {expect}",
            hint="look at the plan again and give its new digest; nothing was written",
        )
    if plan.conflicts:
        paths = ", ".join(action.path for action in plan.conflicts)
        raise PlanConflictError(
            f"writing would lose what is in {paths}",
            hint=f"{plan.conflicts[0].reason}; move the file away or choose another name; nothing was written",
        )
    write_all(root, [Change(action.path, action.before, action.after) for action in plan.writes])
    return Applied(
        written=_paths(plan, "create", "update", "edit"),
        unchanged=_paths(plan, "unchanged"),
        kept=_paths(plan, "keep"),
    )


def _paths(plan: Plan, *kinds: str) -> tuple[str, ...]:
    return tuple(a.path for a in plan.actions if a.kind in kinds and not a.path.startswith(f"{RECORDS}/"))


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


def write_all(root: Path, changes: Sequence[Change]) -> tuple[str, ...]:
    """Make every change, in order, or put everything back; gives the folders that it had to make.

    All new texts are first written beside their targets, so that a full disk is met before the first file is
    replaced.

    Raises:
        PlanStaleError: a file is not as `before` says.
        PlanConflictError: something is there that is no text file.
        PathOutsideRootError: a path leads through a link.
        WriteFailedError: the disk refused; everything is as it was.
    """
    with _locked(root):
        for change in changes:
            if read_text(root, change.path) != change.before:
                raise PlanStaleError(
                    f"{change.path} changed since the plan was made",
                    hint="make the plan again and look at it; nothing was written",
                )
        journal = _Journal(root.resolve())
        try:
            for change in changes:
                journal.stage(change)
            journal.commit()
        except OSError as error:
            journal.roll_back()
            raise WriteFailedError(
                f"the disk refused a write: {error.strerror or error}",
                hint="make room or give write permission and apply again; everything is as it was",
            ) from error
        except BaseException:
            journal.roll_back()
            raise
        return journal.folders


class _Journal:
    """What was done so far, so that it can be taken back in reverse."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: list[Path] = []
        self._staged: list[tuple[Change, Path | None]] = []
        self._done: list[Change] = []

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that were made, POSIX paths under the root, outer ones first."""
        return tuple(folder.relative_to(self._root).as_posix() for folder in self._folders)

    def stage(self, change: Change) -> None:
        """Write the new text to a temporary file in the target's folder."""
        if change.after is None:
            self._staged.append((change, None))
            return
        target = safe_join(self._root, change.path)
        self._make_folders(target.parent)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        self._staged.append((change, Path(name)))
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.after.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode if target.exists() else 0o644
        Path(name).chmod(stat.S_IMODE(mode))

    def commit(self) -> None:
        """Move every staged file into place, and delete what is to go."""
        for change, temporary in self._staged:
            target = safe_join(self._root, change.path)
            if temporary is None:
                target.unlink()
            else:
                temporary.replace(target)
            self._done.append(change)

    def roll_back(self) -> None:
        """Put back every text, remove what was staged, and the folders that were made for it."""
        for change in reversed(self._done):
            target = safe_join(self._root, change.path)
            if change.before is None:
                target.unlink()
            else:
                target.write_bytes(change.before.encode("utf-8"))
        for _, temporary in self._staged:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.rmdir()

    def _make_folders(self, folder: Path) -> None:
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            self._folders.append(parent)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One writer for a project at a time; the lock lies on the folder itself and leaves nothing behind."""
    try:
        import fcntl
    except ImportError:  # Windows: os.replace on an open file fails there anyway
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
