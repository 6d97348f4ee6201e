"""How a file is known again without reading it: its size, its times and its inode, believed only once they are old."""

from __future__ import annotations

import os
import time
from typing import Final, TypeAlias

from backwright.catalog.skill import SkillFile

Stamp: TypeAlias = "tuple[int, int, int, int]"
"""Size, times of last change (of the bytes, of the inode) in nanoseconds, and inode: equal for an unchanged file."""

Seen: TypeAlias = "dict[str, tuple[Stamp, SkillFile]]"
"""The files of a folder by path, each with its stamp before it was read."""

RACY_NS: Final = 2_000_000_000
"""How old a file must be for its stamp to be believed: a file may change twice within one tick of its clock."""


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def settled(stamp: Stamp, now: int) -> bool:
    """Whether a file that is read now cannot change any more without its stamp changing too."""
    return max(stamp[1], stamp[2]) < now - RACY_NS


def remember(seen: Seen, read: dict[str, tuple[Stamp, SkillFile]]) -> None:
    """Replace what was seen of a folder by what was read now, without what may still change unseen."""
    now = time.time_ns()
    seen.clear()
    seen.update({path: each for path, each in read.items() if settled(each[0], now)})
