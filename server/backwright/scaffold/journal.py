"""The journal of a write: what was there before, on the disk before anything changes, so that a process that is killed
half way leaves a project that can be put back.

Write-ahead logging in its smallest form: journal and its folder synced, new texts staged beside their targets, each
moved into place, the journal removed. Whoever finds a journal and holds the lock knows that its writer is gone.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright._files import digest, read_bounded, safe_join, write_atomic
from backwright.errors import PathOutsideRootError, PlanConflictError, TooLargeError
from backwright.scaffold.plan import RECORDS

JOURNAL: Final = f"{RECORDS}/journal"
_STAGED: Final = ".scaffold-"
_SYNCS: Final = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write, or to delete where `after` is None; `before` is what must be there now."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What putting back an interrupted write did.

    Args:
        restored: files that are again as they were before it.
        kept: files that someone edited since, which were left as they are.
    """

    restored: tuple[str, ...]
    kept: tuple[str, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    before: str | None
    after: str | None
    """The digest of the new text; None where the file was to be deleted."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    entries: tuple[_Entry, ...]
    folders: tuple[str, ...]


class Journal:
    """One write, from its announcement to its end. The caller holds the project's lock.

    Args:
        root: the project, resolved.
        changes: what is to be written.
    """

    def __init__(self, root: Path, changes: Sequence[Change]) -> None:
        self._root = root
        self._changes = changes
        # The journal's own folder first: it has to be there before anything can be announced.
        self._folders = _missing_folders(root, [JOURNAL, *(each.path for each in changes if each.after is not None)])

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that the write makes, POSIX paths under the root, outer ones first."""
        return self._folders

    def announce(self) -> None:
        """Put what is there now on the disk, before anything changes."""
        entries = tuple(
            _Entry(path=each.path, before=each.before, after=None if each.after is None else _digest(each.after))
            for each in self._changes
        )
        written = _Written(format=1, entries=entries, folders=self._folders)
        write_atomic(safe_join(self._root, JOURNAL), written.model_dump_json().encode())
        _sync_folder((self._root / JOURNAL).parent)

    def stage(self) -> None:
        """Write every new text beside its target, so that a full disk is met before the first file is replaced."""
        for folder in self._folders:
            safe_join(self._root, folder).mkdir(exist_ok=True)
        new = [(change.path, change.after) for change in self._changes if change.after is not None]
        # A file system writes what several wait for at once in one go.
        with ThreadPoolExecutor(_SYNCS) as pool:
            for done in [pool.submit(_stage, self._root, path, text) for path, text in new]:
                done.result()

    def commit(self) -> None:
        """Move every staged file into place, and delete what is to go."""
        for change in self._changes:
            target = safe_join(self._root, change.path)
            if change.after is None:
                target.unlink()
            else:
                _staged(target).replace(target)
        with ThreadPoolExecutor(_SYNCS) as pool:
            list(pool.map(_sync_folder, {safe_join(self._root, change.path).parent for change in self._changes}))

    def close(self) -> None:
        """Remove the journal: from here on the write is done."""
        journal = safe_join(self._root, JOURNAL)
        journal.unlink()
        _sync_folder(journal.parent)
        with suppress(OSError):
            journal.parent.rmdir()


def interrupted(root: Path) -> bool:
    """Whether a write to this project was interrupted; only sure where the caller holds the lock."""
    return safe_join(root, JOURNAL).exists()


def recover(root: Path) -> Recovered:
    """Put back what an interrupted write changed; the caller holds the lock. It may be interrupted itself.

    Raises:
        PlanConflictError: the journal is damaged, or speaks of something that no write of ours does.
        PathOutsideRootError: a path of it leads through a link.
        OSError: the disk refused.
    """
    journal = safe_join(root, JOURNAL)
    if not journal.exists():
        _tidy(journal)
        return Recovered((), ())
    written = _read(journal)
    restored, kept = [], []
    for entry in reversed(written.entries):
        try:
            target = safe_join(root, entry.path)
            _staged(target).unlink(missing_ok=True)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                continue  # what the disk cannot name it does not hold
            raise
        now = _text(target)
        if now == entry.before:
            continue
        if (None if now is None else _digest(now)) != entry.after:
            kept.append(entry.path)
        elif entry.before is None:
            target.unlink()
            restored.append(entry.path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, entry.before.encode("utf-8"))
            restored.append(entry.path)
    journal.unlink()
    _tidy(journal)
    for folder in reversed(written.folders):
        with suppress(OSError):
            safe_join(root, folder).rmdir()
    return Recovered(tuple(reversed(restored)), tuple(reversed(kept)))


def _tidy(journal: Path) -> None:
    """Remove what a writer left that was killed before its journal was in place, when nothing else had changed."""
    for unfinished in journal.parent.glob(f".{journal.name}.*"):
        unfinished.unlink()
    with suppress(OSError):
        journal.parent.rmdir()


def _read(journal: Path) -> _Written:
    try:
        written = _Written.model_validate_json(read_bounded(journal, follow_links=False))
    except (OSError, TooLargeError, ValidationError, json.JSONDecodeError) as error:
        raise _refused("is damaged") from error
    if written.format != 1:
        raise _refused("was written by a later Backwright")
    # A journal that came with a repository must not reach what runs: git reads hooks and settings from here.
    for path in (*(entry.path for entry in written.entries), *written.folders):
        if any(part.casefold() == ".git" for part in PurePosixPath(path).parts):
            raise _refused(f"names {path!r}, which no scaffold writes")
    return written


def _refused(why: str) -> PlanConflictError:
    hint = f"look at what changed with version control, then delete {JOURNAL}"
    return PlanConflictError(f"{JOURNAL}, the journal of an interrupted write, {why}", hint=hint)


def _missing_folders(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """The folders that these files lack, outer ones first."""
    missing: dict[str, None] = {}
    for path in paths:
        for parent in reversed(PurePosixPath(path).parents):
            name = parent.as_posix()
            if name != "." and not safe_join(root, name).is_dir():
                missing[name] = None
    return tuple(missing)


def _stage(root: Path, path: str, text: str) -> None:
    target = safe_join(root, path)
    staged = _staged(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    # What lies there under this name can only be of an earlier write that was killed.
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, flags, 0o600), "wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    mode = target.stat().st_mode if target.exists() else 0o644
    staged.chmod(stat.S_IMODE(mode))


def _staged(target: Path) -> Path:
    """Where a file's new text waits: the same for each run, so that a later one finds what an earlier one left."""
    return target.with_name(_STAGED + digest(target.name.encode("utf-8"))[-16:])


def _text(target: Path) -> str | None:
    try:
        return read_bounded(target, follow_links=False).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, TooLargeError, PathOutsideRootError):
        # Neither what was there nor what was to be: someone put it there since.
        return "\0"


def _digest(text: str) -> str:
    return digest(text.encode("utf-8"))


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last; Windows has no such thing for a folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
