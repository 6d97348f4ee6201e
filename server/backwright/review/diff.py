"""Diffs: bytes in, files, hunks and lines out, and a note for everything that could not be read.

Every added line of the input is either in a hunk of the result or named in `Diff.unread`: silence is the dangerous
outcome. Reference: GNU diffutils "Detailed Description of Unified Format"; git-diff(1), "Generating patch text".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk, without its marker and without its line end.

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
    """What the diff does to one file. Paths are POSIX, relative, without the `a/` or `b/` prefix."""

    path: str
    old_path: str
    status: FileStatus
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False

    @property
    def added(self) -> frozenset[int]:
        """The numbers, on the new side, of all lines that the diff adds to this file."""
        return frozenset(line.new for hunk in self.hunks for line in hunk.added if line.new is not None)


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a diff that was not read: the file where known, lines of the *diff* (from 1), and why."""

    path: str | None
    first_line: int
    last_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Diff:
    """A whole diff, in the order of its files."""

    files: tuple[FileDiff, ...]
    unread: tuple[Unread, ...] = ()
