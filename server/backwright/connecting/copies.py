"""Copies of skills in an assistant's own folder of skills, with a lock of what was copied, for a later refresh."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright._files import digest, read_bounded, safe_join, write_atomic
from backwright.errors import ConfigurationUnreadableError, PathOutsideRootError

LOCK: Final = "backwright.lock"
"""Beside the copies; no folder of a skill, so assistants pass it over."""


class Locked(BaseModel):
    """One skill as it was copied.

    Args:
        version: of the skill.
        files: the digest of each file, by its path within the skill.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    files: dict[str, str]


class Lock(BaseModel):
    """What was copied into a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills: dict[str, Locked] = {}


class Outcome(StrEnum):
    """What becomes of one file of a copy."""

    WRITTEN = "written"
    REMOVED = "removed"
    KEPT = "kept"
    """Somebody edited it: it stays as it is, and the lock goes on holding what was copied."""


@dataclass(frozen=True, slots=True)
class Source:
    """A skill as it is served: its version and its files."""

    version: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done, or would be, with one skill.

    Args:
        name: the skill.
        before: the version that was copied last; None for a new copy.
        after: the version that is copied now; None where it is served no more.
        files: what became of each file that differs.
    """

    name: str
    before: str | None
    after: str | None
    files: Mapping[str, Outcome]


def lock_of(root: Path, folder: str) -> Lock | None:
    """The lock in a folder of a project; None where nothing was copied there.

    Raises:
        ConfigurationUnreadableError: it is there and is no lock.
        PathOutsideRootError: a link is in its place.
    """
    path = safe_join(root, f"{folder}/{LOCK}")
    try:
        return Lock.model_validate_json(read_bounded(path, follow_links=False))
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise ConfigurationUnreadableError("it is no lock of copied skills", path=path.as_posix()) from None


def copy(root: Path, folder: str, skills: Mapping[str, Source | None], *, dry: bool = False) -> list[Copied]:
    """Make the copies of these skills what is served; files that somebody edited stay.

    Args:
        root: the project.
        folder: the assistant's folder of skills in it.
        skills: what is to be there; None takes a copy away.
        dry: only say what would be done.

    Raises:
        ConfigurationUnreadableError, PathOutsideRootError: as `lock_of`; or a link is in a file's place.
        OSError: the disk refused it. A second call goes on where this one ended.
    """
    lock = lock_of(root, folder) or Lock()
    done: list[Copied] = []
    held = dict(lock.skills)
    for name, source in sorted(skills.items()):
        before = held.get(name)
        changes = dict(_changes(root, f"{folder}/{name}", before, source))
        done.append(Copied(name, _version(before), _version(source), changes))
        if not dry:
            _carry_out(root, f"{folder}/{name}", changes, source)
        kept = (
            {}
            if before is None
            else {path: before.files.get(path, "") for path, out in changes.items() if out is Outcome.KEPT}
        )
        if source is None:
            held.pop(name, None)
            if kept and before:
                held[name] = Locked(version=before.version, files=kept)
        else:
            held[name] = Locked(version=source.version, files=_digests(source) | kept)
    if not dry and held != lock.skills:
        _write_lock(root, folder, held)
    return done


def _version(of: Locked | Source | None) -> str | None:
    return None if of is None else of.version


def _changes(root: Path, folder: str, before: Locked | None, source: Source | None) -> Iterator[tuple[str, Outcome]]:
    new = {} if source is None else _digests(source)
    old = {} if before is None else before.files
    for path in sorted({*new, *old}):
        there = _digest(root, f"{folder}/{path}")
        if there == new.get(path):
            continue
        if there is not None and there != old.get(path):
            yield path, Outcome.KEPT
        elif path in new:
            yield path, Outcome.WRITTEN
        else:
            yield path, Outcome.REMOVED


def _carry_out(root: Path, folder: str, changes: Mapping[str, Outcome], source: Source | None) -> None:
    for path, outcome in changes.items():
        target = safe_join(root, f"{folder}/{path}")
        if outcome is Outcome.WRITTEN and source is not None:
            write_atomic(target, source.files[path])
        elif outcome is Outcome.REMOVED:
            target.unlink(missing_ok=True)
            _prune(target.parent, safe_join(root, folder).parent)


def _prune(folder: Path, top: Path) -> None:
    """Folders that are empty now, up to the one of all skills."""
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _write_lock(root: Path, folder: str, held: Mapping[str, Locked]) -> None:
    path = safe_join(root, f"{folder}/{LOCK}")
    if not held:
        path.unlink(missing_ok=True)
        return
    text = json.dumps(Lock(skills=dict(sorted(held.items()))).model_dump(), indent=2, sort_keys=True)
    write_atomic(path, f"{text}\n".encode())


def _digests(source: Source) -> dict[str, str]:
    return {path: _digest_of(data) for path, data in source.files.items()}


def _digest_of(data: bytes) -> str:
    """Git may write other line ends than a copy was made with; that is no edit."""
    return digest(data.replace(b"\r\n", b"\n"))


def _digest(root: Path, path: str) -> str | None:
    try:
        return _digest_of(read_bounded(safe_join(root, path), follow_links=False))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        raise PathOutsideRootError(path) from None
