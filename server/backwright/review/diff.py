"""Diffs: bytes in, files, hunks and lines out, and a note for everything that could not be read.

Every added line of the input is either in a hunk of the result or named in `Diff.unread`: silence is the dangerous
outcome. Reference: GNU diffutils "Detailed Description of Unified Format"; git-diff(1), "Generating patch text".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review._diff_paths import DEV_NULL, git_names, marked_name, unquote, without_prefixes


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


MAX_DIFF_BYTES = 16 * 1024 * 1024

_HUNK = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@ ?(.*)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")
_BINARY = re.compile(r"Binary files (.+) and (.+) differ\r?")
_ENDS_FILE = ("From ", "commit ", "-- ")


def parse_diff(data: bytes, *, path: str | None = None) -> Diff:
    """Read a diff of any common making: git's, `diff -u`'s, a mailed patch, a series of them, coloured or not.

    Args:
        data: the diff. UTF-8, or UTF-16 with its mark; bytes that are neither become U+FFFD.
        path: the file that hunks without a header belong to (the `patch` field of GitHub's API has none).

    Raises:
        DiffSyntaxError: there is text, and no diff in it.
        TooLargeError: more than `MAX_DIFF_BYTES`.
    """
    if len(data) > MAX_DIFF_BYTES:
        raise TooLargeError("the diff", size=len(data), limit=MAX_DIFF_BYTES)
    lines = _decode(data).split("\n")
    if lines[-1] == "":
        lines.pop()
    diff = _Reader(lines, path).read()
    if not diff.files and not diff.unread:
        first = next((number for number, line in enumerate(lines, 1) if line.strip()), None)
        if first is not None:
            raise DiffSyntaxError(
                "no diff was found in the text",
                hint="give the output of `git diff`, with its headers and with line feeds between lines",
                line=first,
            )
    return diff


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What PowerShell writes for `git diff > change.diff`.
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    # No line of a diff starts with an escape character unless the diff as a whole is coloured; in one that is not,
    # escape characters are content.
    coloured = text.startswith("\x1b[") or "\n\x1b[" in text
    return _COLOUR.sub("", text) if coloured else text


@dataclass(slots=True)
class _Draft:
    """A file whose header has been read and whose hunks are being collected."""

    old: str
    new: str
    status: FileStatus = FileStatus.MODIFIED
    hunks: list[Hunk] = field(default_factory=list)
    binary: bool = False
    moved_from: str | None = None
    moved_to: str | None = None
    from_git: bool = False
    named: bool = False

    def done(self) -> FileDiff:
        old, new = without_prefixes(self.old, self.new)
        status = self.status
        if status is FileStatus.MODIFIED and DEV_NULL in {old, new}:
            status = FileStatus.ADDED if old == DEV_NULL else FileStatus.DELETED
        old, new = self.moved_from or old, self.moved_to or new
        return FileDiff(
            path=old if new == DEV_NULL else new,
            old_path=new if old == DEV_NULL else old,
            status=status,
            hunks=tuple(self.hunks),
            binary=self.binary,
        )


class _Reader:
    """Walks the lines of a diff once; `at` is the index of the next line to read."""

    def __init__(self, lines: list[str], path: str | None) -> None:
        self.lines = lines
        self.at = 0
        self.files: list[FileDiff] = []
        self.unread: list[Unread] = []
        self.draft = _Draft(path, path) if path is not None else None
        self.inside = False  # whether a header has been seen since the last prose: then a `+` starts an added line

    def read(self) -> Diff:
        while self.at < len(self.lines):
            if self.lines[self.at]:
                self._step(self.lines[self.at])
            else:
                self.at += 1
        self._close()
        return Diff(tuple(self.files), tuple(self.unread))

    def _step(self, line: str) -> None:
        self.inside = self.inside or line.startswith(("diff --git ", "@@")) or self._header_at(self.at)
        if line.startswith("diff --git "):
            self._git_header(line)
        elif line.startswith(("diff --cc ", "diff --combined ")):
            self._combined(line)
        elif self._header_at(self.at):
            self._marked_header()
        elif line.startswith("@@"):
            self._hunk(line)
        elif line.startswith(("Binary files ", "GIT binary patch")):
            self._binary(line)
        elif line.startswith("+") and self.inside:
            self._skip_run("it stands after the end of its hunk, as the hunk's header counts")
        else:
            if line.startswith(_ENDS_FILE):
                self._close()
                self.inside = False
            self.at += 1

    def _header_at(self, at: int) -> bool:
        pair = self.lines[at : at + 2]
        return len(pair) == 2 and pair[0].startswith("--- ") and pair[1].startswith("+++ ")  # noqa: PLR2004  a pair

    def _close(self) -> None:
        if self.draft is not None and (self.draft.hunks or self.draft.from_git or self.draft.named):
            self.files.append(self.draft.done())
        self.draft = None

    def _git_header(self, line: str) -> None:
        self._close()
        names = git_names(line.removeprefix("diff --git "))
        draft = self.draft = _Draft(*(names or ("", "")), from_git=True)
        self.at += 1
        while self.at < len(self.lines) and _extended(draft, self.lines[self.at].rstrip("\r")):
            self.at += 1
        if not names and not draft.moved_to and not self._header_at(self.at):
            # Nothing says which file this is; what follows is then reported as a hunk without a header.
            self.draft = None

    def _marked_header(self) -> None:
        if self.draft is None or not self.draft.from_git or self.draft.hunks or self.draft.named:
            self._close()
            self.draft = _Draft("", "")
        old, new = (marked_name(line[4:]) for line in self.lines[self.at : self.at + 2])
        if not self.draft.old or not self.draft.new:
            self.draft.old, self.draft.new = old, new
        elif DEV_NULL in {old, new} and self.draft.status is FileStatus.MODIFIED:
            self.draft.status = FileStatus.ADDED if old == DEV_NULL else FileStatus.DELETED
        self.draft.named = True
        self.at += 2

    def _combined(self, line: str) -> None:
        self._close()
        first = self.at
        self.at += 1
        while self.at < len(self.lines) and not self.lines[self.at].startswith(("diff --", "commit ", "From ")):
            self.at += 1
        path = unquote(line.split(" ", 2)[2].rstrip("\r"))
        reason = "a combined diff of a merge has no single new side; review the merge against one of its parents"
        self.unread.append(Unread(path, first + 1, self.at, reason))

    def _binary(self, line: str) -> None:
        names = _BINARY.fullmatch(line)
        if self.draft is None and names is not None:
            self.draft = _Draft(names.group(1), names.group(2), named=True)
        if self.draft is not None:
            self.draft.binary = True
        self.at += 1

    def _hunk(self, line: str) -> None:
        head = _HUNK.fullmatch(line.rstrip("\r"))
        if head is None:
            self.at += 1
            self._skip_run("the header of the hunk cannot be read", since=self.at)
            return
        if self.draft is None:
            self.at += 1
            self._skip_run("the hunk has no header that names its file", since=self.at)
            return
        first = self.at
        self.at += 1
        old, old_count, new, new_count, section = head.groups()
        counts = [1 if count is None else int(count) for count in (old_count, new_count)]
        hunk_lines = self._body([int(old), int(new)], counts)
        self.draft.hunks.append(Hunk(int(old), int(new), section, tuple(hunk_lines)))
        if counts != [0, 0]:
            missing = f"the hunk's header announces more than follows ({counts[0]} old and {counts[1]} new lines)"
            self.unread.append(Unread(self.draft.done().path, first + 1, self.at, missing))

    def _body(self, numbers: list[int], left: list[int]) -> list[Line]:
        """The lines of a hunk, as many as its header counts; what is missing stays in `left`."""
        lines: list[Line] = []
        (old, new), (old_left, new_left), at = numbers, left, self.at
        while (old_left or new_left) and at < len(self.lines):
            raw = self.lines[at]
            mark, text = raw[:1], raw[1:-1] if raw[-1:] == "\r" else raw[1:]
            if mark == "+" and new_left:
                lines.append(Line(LineKind.ADDED, text, None, new))
                new, new_left = new + 1, new_left - 1
            elif mark == "-" and old_left and not self._ends_early(at, old_left, new_left):
                lines.append(Line(LineKind.REMOVED, text, old, None))
                old, old_left = old + 1, old_left - 1
            elif mark in {" ", "", "\r"} and old_left and new_left:
                # An editor that strips trailing blanks leaves an empty line where a blank context line stood.
                lines.append(Line(LineKind.CONTEXT, text, old, new))
                old, new, old_left, new_left = old + 1, new + 1, old_left - 1, new_left - 1
            elif mark != "\\":
                break
            at += 1
        self.at, left[:] = at, [old_left, new_left]
        return lines

    def _ends_early(self, at: int, old_left: int, new_left: int) -> bool:
        """Whether the next file's header stands here although the hunk counts on: a lying count must not eat it."""
        last = old_left == 1 and new_left == 1
        return not last and self._header_at(at) and self.lines[at + 2 : at + 3] != [] and self.lines[at + 2][:2] == "@@"

    def _skip_run(self, reason: str, *, since: int | None = None) -> None:
        """Name the lines of a hunk from here on as unread; `since` is the number of a header that belongs to them."""
        first = self.at
        while self.at < len(self.lines) and self.lines[self.at][:1] in set("+- \\") and not self._header_at(self.at):
            self.at += 1
        path = self.draft.done().path if self.draft is not None else None
        self.unread.append(Unread(path, since or first + 1, max(self.at, since or 0), reason))


def _extended(draft: _Draft, line: str) -> bool:
    """Take one of git's extended header lines into the draft; False when the line is none."""
    for prefix, status in _STATUS_LINES.items():
        if line.startswith(prefix):
            draft.status = status or draft.status
            name = unquote(line[len(prefix) :])
            if prefix.endswith("from "):
                draft.moved_from = name
            elif prefix.endswith("to "):
                draft.moved_to = name
            return True
    return False


_STATUS_LINES: Mapping[str, FileStatus | None] = {
    "index ": None,
    "old mode ": None,
    "new mode ": None,
    "similarity index ": None,
    "dissimilarity index ": None,
    "new file mode ": FileStatus.ADDED,
    "deleted file mode ": FileStatus.DELETED,
    "rename from ": FileStatus.RENAMED,
    "rename to ": FileStatus.RENAMED,
    "copy from ": FileStatus.COPIED,
    "copy to ": FileStatus.COPIED,
}
