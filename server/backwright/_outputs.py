"""A folder that only our own builds write: each leaves a list of its files, so that the next may replace them.

The list lies in the folder, and a repository may bring one along. So it holds the digest of each file: what has another
one by now is somebody's, and is neither replaced nor taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._files import digest, read_bounded, safe_join, write_atomic
from backwright.errors import InvalidInputError

_LINE: Final = re.compile(r"(sha256:[0-9a-f]{64})  (.+)")
_HINT: Final = "name a new or an empty one with --into"


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
        InvalidInputError: the folder holds something else, is a link, or a file of an earlier build was edited; then
            nothing is written.
        PathOutsideRootError: a path leads out of the folder, or through a link.
    """
    new = dict(files)
    before = _earlier(folder, listing)
    there = {name: _digest(folder, name) for name in {*before, *new}}
    digests = {name: digest(data) for name, data in new.items()}
    for name, found in there.items():
        if found is not None and found not in {*before.get(name, ()), digests.get(name)}:
            raise _foreign(folder, f"{name!r} in it is not as a build wrote it")
    # Written before and after, so that a build which was interrupted is one that the next replaces.
    kept = {name: {*before.get(name, ()), *([digests[name]] if name in new else [])} for name in there}
    _list(folder, listing, kept)
    for name, data in new.items():
        if there[name] != digests[name]:
            write_atomic(safe_join(folder, name), data)
    stale = [name for name in before if name not in new]
    for name in stale:
        safe_join(folder, name).unlink(missing_ok=True)
    _list(folder, listing, {name: {each} for name, each in digests.items()})
    return Built(folder, len(new), sum(map(len, new.values())), len(stale))


def refuse_link(folder: Path) -> None:
    """Refuse a folder that is a link, for a repository that has one in the place of `dist` says where it leads.

    Raises:
        InvalidInputError: it is one.
    """
    if folder.is_symlink():
        raise InvalidInputError(f"{str(folder)!r} is a link", hint="name the folder itself with --into")


def _earlier(folder: Path, listing: str) -> Mapping[str, set[str]]:
    """What an earlier build has written: the digests that each file may have."""
    refuse_link(folder)
    if not folder.exists():
        folder.mkdir(parents=True)
    if not folder.is_dir():
        raise InvalidInputError(f"{str(folder)!r} is no folder", hint=_HINT)
    found: dict[str, set[str]] = {}
    try:
        lines = read_bounded(folder / listing, follow_links=False).decode().splitlines()
    except FileNotFoundError:
        if any(folder.iterdir()):
            raise _foreign(folder, "it holds something that no build has written") from None
        return found
    except (OSError, ValueError):
        raise _foreign(folder, f"its {listing} cannot be read") from None
    for line in lines:
        match = _LINE.fullmatch(line)
        # What git keeps has digests that anybody can guess.
        if match is None or ".git" in match[2].lower().split("/"):
            raise _foreign(folder, f"its {listing} is of no build of this version")
        found.setdefault(match[2], set()).add(match[1])
    return found


def _digest(folder: Path, name: str) -> str | None:
    """The digest of what is there; None where nothing is."""
    try:
        return digest(read_bounded(safe_join(folder, name), follow_links=False))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        raise _foreign(folder, f"{name!r} in it cannot be read") from None


def _list(folder: Path, listing: str, files: Mapping[str, Iterable[str]]) -> None:
    lines = (f"{each}  {name}\n" for name, digests in sorted(files.items()) for each in sorted(digests))
    write_atomic(folder / listing, "".join(lines).encode())


def _foreign(folder: Path, why: str) -> InvalidInputError:
    return InvalidInputError(f"{str(folder)!r} cannot be written: {why}", hint=f"{_HINT}, or empty it yourself")
