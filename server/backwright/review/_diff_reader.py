"""Walks the lines of a diff: files and hunks out, driven by what the hunks' headers count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backwright.review._combined import read_combined
from backwright.review._diff_model import FileDiff, FileStatus, Hunk, Line, LineKind, Unread
from backwright.review._diff_paths import DEV_NULL, git_names, marked_name, unquote, without_prefixes

_HUNK = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@ ?(.*)", re.DOTALL)
_BINARY = re.compile(r"Binary files (.+) and (.+) differ\r?")
_INDEX = re.compile(r"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?")
_ENDS_FILE = ("From ", "commit ", "-- ")
_STARTS_PART = re.compile(r"(From|commit) ([0-9a-f]{7,64})\b")
_UNMERGED = "* Unmerged path "
_MAX_LABEL = 80


_ADDED, _REMOVED, _CONTEXT = LineKind.ADDED, LineKind.REMOVED, LineKind.CONTEXT
_BLANK = frozenset({" ", "", "\r"})


@dataclass(frozen=True, slots=True)
class Part:
    """One patch of a text that may hold several: a mail of a series, a commit of a log, or all of a plain diff.

    Args:
        label: names it: the commit and the subject, as far as they are told; empty for a plain diff.
        is_mail: whether it is a mail, as `git format-patch` writes it; a series of mails starts with the oldest.
        files: what it changes.
        spans: for each file the first and the last line of the text (from 1) that speak of it.
        unread: what of it was not read.
    """

    label: str
    is_mail: bool
    files: tuple[FileDiff, ...]
    spans: tuple[tuple[int, int], ...]
    unread: tuple[Unread, ...]


def read_lines(lines: list[str], path: str | None) -> tuple[Part, ...]:
    """The patches of a text, in its own order; `path` is the file that hunks without a header belong to."""
    return _Reader(lines, path).read()


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
    first: int = 0
    mode: str = ""
    ids: tuple[str, str] = ("", "")

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
            mode=self.mode,
            old_id=self.ids[0],
            new_id=self.ids[1],
        )


class _Reader:
    """Walks the lines of a diff once; `at` is the index of the next line to read."""

    def __init__(self, lines: list[str], path: str | None) -> None:
        self.lines = lines
        self.at = 0
        self.parts: list[Part] = []
        self.files: list[FileDiff] = []
        self.spans: list[tuple[int, int]] = []
        self.unread: list[Unread] = []
        self.label, self.is_mail = "", False
        self.draft = _Draft(path, path) if path is not None else None
        self.inside = False  # whether a header has been seen since the last prose: then a `+` starts an added line

    def read(self) -> tuple[Part, ...]:
        while self.at < len(self.lines):
            if self.lines[self.at]:
                self._step(self.lines[self.at])
            else:
                self.at += 1
        self._end_part()
        return tuple(self.parts)

    def _end_part(self) -> None:
        self._close()
        if self.files or self.unread:
            found = tuple(self.files), tuple(self.spans), tuple(self.unread)
            self.parts.append(Part(self.label, self.is_mail, *found))
        self.files, self.spans, self.unread = [], [], []

    def _start_part(self, kind: str, name: str) -> None:
        self._end_part()
        self.is_mail = kind == "From"
        self.label = f"{name[:10]} {_subject(self.lines, self.at + 1, is_mail=self.is_mail)}".rstrip()

    def _step(self, line: str) -> None:
        if line.startswith("@@"):
            self.inside = True
            self._hunk(line)
            return
        self.inside = self.inside or line.startswith("diff --git ") or self._header_at(self.at)
        if line.startswith("diff --git "):
            self._git_header(line)
        elif line.startswith(("diff --cc ", "diff --combined ")):
            self._combined()
        elif self._header_at(self.at):
            self._marked_header()
        elif line.startswith(("Binary files ", "GIT binary patch")):
            self._binary(line)
        elif line.startswith("+") and self.inside:
            self._skip_run("it stands after the end of its hunk, as the hunk's header counts")
        elif line.startswith(_UNMERGED):
            self.at += 1
            reason = "it is in conflict; resolve it first"
            self.unread.append(Unread(unquote(line[len(_UNMERGED) :].rstrip("\r")), self.at, self.at, reason))
        else:
            if line.startswith(_ENDS_FILE):
                self._close()
                self.inside = False
                if starts := _STARTS_PART.match(line):
                    self._start_part(starts[1], starts[2])
            self.at += 1

    def _header_at(self, at: int) -> bool:
        lines = self.lines
        return at + 1 < len(lines) and lines[at].startswith("--- ") and lines[at + 1].startswith("+++ ")

    def _close(self) -> None:
        if self.draft is not None and (self.draft.hunks or self.draft.from_git or self.draft.named):
            self.files.append(self.draft.done())
            self.spans.append((self.draft.first + 1, max(self.at, self.draft.first + 1)))
        self.draft = None

    def _git_header(self, line: str) -> None:
        self._close()
        names = git_names(line.removeprefix("diff --git "))
        draft = self.draft = _Draft(*(names or ("", "")), from_git=True, first=self.at)
        self.at += 1
        while self.at < len(self.lines) and _extended(draft, self.lines[self.at].rstrip("\r")):
            self.at += 1
        if not names and not draft.moved_to and not self._header_at(self.at):
            # Nothing says which file this is; what follows is then reported as a hunk without a header.
            self.draft = None

    def _marked_header(self) -> None:
        if self.draft is None or not self.draft.from_git or self.draft.hunks or self.draft.named:
            self._close()
            self.draft = _Draft("", "", first=self.at)
        old, new = (marked_name(line[4:]) for line in self.lines[self.at : self.at + 2])
        if not self.draft.old or not self.draft.new:
            self.draft.old, self.draft.new = old, new
        elif DEV_NULL in {old, new} and self.draft.status is FileStatus.MODIFIED:
            self.draft.status = FileStatus.ADDED if old == DEV_NULL else FileStatus.DELETED
        self.draft.named = True
        self.at += 2

    def _combined(self) -> None:
        self._close()
        first = self.at
        file, unread, self.at = read_combined(self.lines, self.at)
        self.files.append(file)
        self.spans.append((first + 1, self.at))
        self.unread += unread

    def _binary(self, line: str) -> None:
        names = _BINARY.fullmatch(line)
        if self.draft is None and names is not None:
            self.draft = _Draft(names.group(1), names.group(2), named=True, first=self.at)
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
        every, end, add, make = self.lines, len(self.lines), lines.append, tuple.__new__
        while (old_left or new_left) and at < end:
            raw = every[at]
            mark, text = raw[:1], raw[1:]
            if text[-1:] == "\r":
                text = text[:-1]
            if mark == "+" and new_left:
                add(make(Line, (_ADDED, text, None, new)))
                new, new_left = new + 1, new_left - 1
            elif mark == "-" and old_left and not self._ends_early(at, old_left, new_left):
                add(make(Line, (_REMOVED, text, old, None)))
                old, old_left = old + 1, old_left - 1
            elif mark in _BLANK and old_left and new_left:
                # An editor that strips trailing blanks leaves an empty line where a blank context line stood.
                add(make(Line, (_CONTEXT, text, old, new)))
                old, new, old_left, new_left = old + 1, new + 1, old_left - 1, new_left - 1
            elif mark != "\\":
                break
            at += 1
        self.at, left[:] = at, [old_left, new_left]
        return lines

    def _ends_early(self, at: int, old_left: int, new_left: int) -> bool:
        """Whether the next file's header stands here although the hunk counts on: a lying count must not eat it."""
        if not self.lines[at].startswith("--- "):
            return False
        last = old_left == 1 and new_left == 1
        return not last and self._header_at(at) and self.lines[at + 2 : at + 3] != [] and self.lines[at + 2][:2] == "@@"

    def _skip_run(self, reason: str, *, since: int | None = None) -> None:
        """Name the lines of a hunk from here on as unread; `since` is the number of a header that belongs to them."""
        first = self.at
        while self.at < len(self.lines) and self.lines[self.at][:1] in set("+- \\") and not self._header_at(self.at):
            self.at += 1
        path = self.draft.done().path if self.draft is not None else None
        self.unread.append(Unread(path, since or first + 1, max(self.at, since or 0), reason))


def _subject(lines: Sequence[str], at: int, *, is_mail: bool) -> str:
    """What the mail or the commit whose head starts here is about; empty where it does not say."""
    for row in range(at, min(at + 100, len(lines))):
        line = lines[row].rstrip("\r")
        if is_mail and (not line or line.startswith("Subject: ")):
            more = lines[row + 1].rstrip("\r") if row + 1 < len(lines) else ""
            return f"{line[9:]}{more if more.startswith(' ') else ''}"[:_MAX_LABEL]
        if not is_mail and line.startswith("    "):
            return line.strip()[:_MAX_LABEL]
        if line.startswith(("diff --", "commit ", "From ")):
            break
    return ""


def _extended(draft: _Draft, line: str) -> bool:
    """Take one of git's extended header lines into the draft; False when the line is none."""
    if index := _INDEX.match(line):
        old, new = (name if name.strip("0") else "" for name in index.group(1, 2))
        draft.ids, draft.mode = (old, new), index[3] or draft.mode
    for prefix, status in _STATUS_LINES.items():
        if line.startswith(prefix):
            if prefix in {"new mode ", "new file mode "}:
                draft.mode = line[len(prefix) :][:6]
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
