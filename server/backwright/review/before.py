"""A file of the project as it was before the change: what a review obeys must not be written by what it reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from backwright.review.diff import FileDiff, FileStatus, Hunk, LineKind
from backwright.review.full import agrees
from backwright.review.old_side import turned
from backwright.review.subject import Subject, disk_reader


class Standing(Enum):
    """What the change does to the file."""

    LEFT = "leaves it alone"
    CHANGED = "changes it"
    ADDED = "adds it"
    ELSEWHERE = "does not know it, and it lies in the work tree all the same"
    UNKNOWN = "changes it, and its text before is not at hand"


@dataclass(frozen=True, slots=True)
class Before:
    """The file: its bytes before the change, None where there was none, and what the change does to it."""

    data: bytes | None
    standing: Standing


def before(subject: Subject, root: Path | None, path: str) -> Before:
    """The file at a path before the change.

    From a repository it is the file of the revision that the change starts from. A diff as text names no revision, so
    it is the file of the disk, where the diff leaves it alone or the disk holds one of its sides.

    Args:
        subject: the change.
        root: the project on the disk; None where there is none.
        path: relative to the project.
    """
    disk = disk_reader(root)(path)
    if not subject.knows_old:
        return _of_text(subject.diff.files, disk, path)
    data = subject.read_old(path)
    if any(path in {file.path, file.old_path} for file in subject.diff.files):
        return Before(data, Standing.ADDED if data is None else Standing.CHANGED)
    return Before(data, Standing.ELSEWHERE if data is None and disk is not None else Standing.LEFT)


def _of_text(files: Sequence[FileDiff], disk: bytes | None, path: str) -> Before:
    name = PurePosixPath(path).name
    # The paths of a diff as text may start above the project or below it.
    touching = [file for file in files if name in {PurePosixPath(each).name for each in (file.path, file.old_path)}]
    if not touching:
        return Before(disk, Standing.LEFT)
    (file, *others) = touching
    known = disk is not None and not others and {file.path, file.old_path} == {path} and not file.binary
    return _changed(file, disk) if disk is not None and known else Before(None, Standing.UNKNOWN)


def _changed(file: FileDiff, disk: bytes) -> Before:
    """The file before the change, where the disk holds one of the two sides."""
    if file.status is not FileStatus.ADDED and agrees(disk, map(turned, file.hunks)):
        return Before(disk, Standing.CHANGED)
    if not agrees(disk, file.hunks):
        return Before(None, Standing.UNKNOWN)
    if file.status is FileStatus.ADDED:
        return Before(None, Standing.ADDED)
    return Before(_taken_back(disk, file.hunks), Standing.CHANGED)


def _taken_back(data: bytes, hunks: Sequence[Hunk]) -> bytes:
    """The bytes before some hunks that were made into these."""
    rows = data.decode("utf-8", "replace").split("\n")
    return "\n".join(_rows_before(rows, hunks)).encode("utf-8")


def _rows_before(rows: Sequence[str], hunks: Sequence[Hunk]) -> Iterator[str]:
    at = 0
    for hunk in sorted(hunks, key=lambda one: one.new_start):
        numbers = [line.new for line in hunk.lines if line.new is not None]
        # A hunk that leaves nothing names the line above itself.
        start = numbers[0] - 1 if numbers else hunk.new_start
        yield from rows[at:start]
        yield from (line.text for line in hunk.lines if line.kind is not LineKind.ADDED)
        at = start + len(numbers)
    yield from rows[at:]
