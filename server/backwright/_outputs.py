"""A folder that only our own builds write: each leaves a list of its files, so that the next may replace them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backwright._files import safe_join, write_atomic
from backwright.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Built:
    """What a build has written.

    Args:
        folder: where.
        files: how many files.
        size: bytes of them.
        removed: how many files of an earlier build were taken away.
    """

    folder: Path
    files: int
    size: int
    removed: int


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]], listing: str) -> Built:
    """Write files, and take away those of an earlier build that are not among them.

    Args:
        folder: new, empty, or written by an earlier build.
        files: each with its path in the folder.
        listing: the name of the file that lists them, a line each.

    Raises:
        InvalidInputError: the folder holds something else.
        PathOutsideRootError: a path leads out of the folder, or through a link.
    """
    before = _earlier(folder, listing)
    size, written = 0, set[str]()
    for name, data in files:
        target = safe_join(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        written.add(name)
        size += len(data)
    stale = [name for name in before if name not in written]
    for name in stale:
        safe_join(folder, name).unlink(missing_ok=True)
    write_atomic(folder / listing, "".join(f"{name}\n" for name in sorted(written)).encode())
    return Built(folder, len(written), size, len(stale))


def _earlier(folder: Path, listing: str) -> tuple[str, ...]:
    """What an earlier build has written."""
    if not folder.exists():
        folder.mkdir(parents=True)
    if not folder.is_dir():
        raise InvalidInputError(f"{str(folder)!r} is no folder", hint="name a new or an empty one with --into")
    lines = folder / listing
    if lines.is_file():
        return tuple(line for line in lines.read_text(encoding="utf-8").splitlines() if line)
    if any(folder.iterdir()):
        raise InvalidInputError(
            f"{str(folder)!r} holds something that no build has written", hint="name a new or an empty one with --into"
        )
    return ()
