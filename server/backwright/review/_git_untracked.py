"""Files that git does not track yet, as a diff would show them; few and small enough to be someone's work."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backwright.review._diff_model import FileDiff, FileStatus, Hunk, Line, LineKind, Unread
from backwright.review.diff import MAX_DIFF_BYTES
from backwright.review.full import MAX_SOURCE_BYTES
from backwright.review.subject import disk_reader

MAX_UNTRACKED: Final = 500
"""Files; more are a forgotten `.gitignore`, and are named instead of read."""

_INNER = "a repository of its own, not reviewed; review it from inside"
_LARGE = f"untracked and larger than {MAX_SOURCE_BYTES // 1024} KiB; it was not read"


@dataclass(slots=True)
class Untracked:
    """What is not tracked.

    Args:
        files: as a diff would show them.
        unread: what was not read, and why.
        names: how those files are really called whose name is no UTF-8, by the name that they are shown with.
    """

    files: list[FileDiff] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def read_untracked(root: Path, listed: Sequence[bytes]) -> Untracked:
    """The untracked files under a root, as `git ls-files --others -z` lists them."""
    found, left, read = Untracked(), MAX_DIFF_BYTES, disk_reader(root)
    # Git names a repository inside this one as a folder.
    found.unread += [Unread(shown_name(raw), 0, 0, _INNER) for raw in listed if raw.endswith(b"/")]
    files = [raw for raw in listed if not raw.endswith(b"/")]
    for number, raw in enumerate(files):
        path, name = shown_name(raw), os.fsdecode(raw)
        size = _size(root / name)
        if number >= MAX_UNTRACKED or size > left:
            more = f"untracked, as are {len(files) - number - 1} more that were not read either: they are too many"
            found.unread.append(Unread(path, 0, 0, more))
            break
        if size > MAX_SOURCE_BYTES:
            found.unread.append(Unread(path, 0, 0, _LARGE))
            continue
        left -= size
        found.files.append(_added_file(path, read(name)))
        if path != name:
            found.names[path] = name
    return found


def shown_name(raw: bytes) -> str:
    """A name as it can be written: bytes that are no UTF-8 as escapes, so that two names never look the same."""
    return raw.decode("utf-8", "backslashreplace")


def _size(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _added_file(path: str, data: bytes | None) -> FileDiff:
    if data is None or b"\0" in data:
        return FileDiff(path, path, FileStatus.ADDED, binary=True)
    texts = data.decode("utf-8", "replace").split("\n")
    if texts[-1] == "":
        texts.pop()
    lines = tuple(Line(LineKind.ADDED, text.removesuffix("\r"), None, number) for number, text in enumerate(texts, 1))
    return FileDiff(path, path, FileStatus.ADDED, (Hunk(0, 1, "", lines),) if lines else ())
