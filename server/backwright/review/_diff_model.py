"""What a diff is once it has been read: files, hunks and lines, and a note for everything that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class LineKind(StrEnum):
    """The first column of a line of a hunk."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


class FileStatus(StrEnum):
    """What a diff does to a file, in git's letters."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"


class Line(NamedTuple):
    """One line of a hunk, without its marker and without its line end. A tuple, of which a large diff makes many.

    `old` and `new` are its numbers (from 1) on either side; None where it is not on that side.
    """

    kind: LineKind
    text: str
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk: where it starts on both sides, the section text after the second `@@`, and its lines."""

    old_start: int
    new_start: int
    section: str
    lines: tuple[Line, ...]

    @property
    def added(self) -> tuple[Line, ...]:
        """The lines that the hunk adds, in order."""
        return tuple(line for line in self.lines if line.kind is LineKind.ADDED)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What the diff does to one file.

    Args:
        path: POSIX, relative, without the `a/` or `b/` prefix; on the old side for a file that is deleted.
        old_path: the same, on the old side; the new one for a file that is added.
        status: what is done to it.
        hunks: in their order.
        binary: whether it differs in a way that has no lines.
        mode: what git says the new side is, such as `100644`; empty where it does not.
        old_id: the name of the old side's blob, often cut short; empty where it is not known.
        new_id: the same of the new side.
    """

    path: str
    old_path: str
    status: FileStatus
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False
    mode: str = ""
    old_id: str = ""
    new_id: str = ""

    @property
    def added(self) -> frozenset[int]:
        """The numbers, on the new side, of all lines that the diff adds to this file."""
        return frozenset(line.new for hunk in self.hunks for line in hunk.added if line.new is not None)


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a change that was not read: the file where known, lines of the *diff* (from 1), and why.

    Both numbers are 0 where the diff has no line of it.
    """

    path: str | None
    first_line: int
    last_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Diff:
    """A whole diff, in the order of its files; `notes` say what a reader must know about how it was made."""

    files: tuple[FileDiff, ...]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
