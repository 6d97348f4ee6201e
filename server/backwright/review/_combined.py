"""The combined diff of a merge (git-diff(1), "Combined diff format"): what the merge itself adds, read as one side.

Each line has a column for every parent. A line with a plus in all of them is in no parent: the merge added it. A line
with a plus in some comes from one of the branches, whose own commits are the place to review it; here it is context. So
the old side that results is the one that the branches alone would have given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backwright.review._diff_model import FileDiff, FileStatus, Hunk, Line, LineKind, Unread
from backwright.review._diff_paths import unquote

SEVERAL = "several parents"
"""In the place of the name of the old blob: no other patch leads to it."""

_HEAD = re.compile(
    r"(@{3,}) ((?:-[0-9]{1,9}(?:,[0-9]{1,9})? ){2,})\+([0-9]{1,9})(?:,([0-9]{1,9}))? \1 ?(.*)", re.DOTALL
)
_COUNT = re.compile(r"-[0-9]+(?:,([0-9]+))?")
_MODE = re.compile(r"(?:new file )?mode (?:[0-7]{6}(?:,[0-7]{6})*\.\.)?([0-7]{6})")
_INDEX = re.compile(r"index [0-9a-f,]+\.\.([0-9a-f]{4,64})")
_ENDS = ("diff --", "commit ", "From ")


@dataclass(slots=True)
class _Draft:
    path: str
    status: FileStatus = FileStatus.MODIFIED
    mode: str = ""
    new_id: str = ""
    binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)
    grown: int = 0
    partial: bool = False


def read_combined(lines: Sequence[str], at: int) -> tuple[FileDiff, list[Unread], int]:
    """One file of a combined diff whose first line is at the index `at`; with it, the index behind its last line."""
    draft = _Draft(unquote(lines[at].split(" ", 2)[2].rstrip("\r")))
    unread: list[Unread] = []
    first, at = at, at + 1
    while at < len(lines) and not lines[at].startswith(_ENDS):
        line = lines[at].rstrip("\r")
        if not line.startswith("@@@"):
            at += 1
            if line[:1] == "+" and not line.startswith("+++ "):
                unread.append(
                    Unread(draft.path, at, at, "it stands after the end of its hunk, as the hunk's header counts")
                )
            _take(draft, line)
            continue
        head, begin = _HEAD.fullmatch(line), at
        parents = len(head[1]) - 1 if head else 0
        if head is None or len(_COUNT.findall(head[2])) != parents:
            at = _behind(lines, at + 1)
            unread.append(Unread(draft.path, begin + 1, at, "the header of the hunk cannot be read"))
            continue
        counts = [int(count or 1) for count in _COUNT.findall(head[2])]
        at, complete = _hunk(draft, lines, at + 1, head, counts)
        if not complete:
            at = _behind(lines, at)
            unread.append(Unread(draft.path, begin + 1, at, "the hunk is not as long as its header announces"))
    if draft.partial:
        reason = "a combined diff of a merge: lines that it takes from one of its parents were not reviewed"
        unread.append(Unread(draft.path, first + 1, at, reason))
    file = FileDiff(
        draft.path, draft.path, draft.status, tuple(draft.hunks), draft.binary, draft.mode, SEVERAL, draft.new_id
    )
    return file, unread, at


def _take(draft: _Draft, line: str) -> None:
    if line.startswith("new file mode "):
        draft.status = FileStatus.ADDED
    elif line.startswith("deleted file mode "):
        draft.status = FileStatus.DELETED
    elif line.startswith("Binary files "):
        draft.binary = True
    if mode := _MODE.match(line):
        draft.mode = mode[1]
    if index := _INDEX.match(line):
        draft.new_id = index[1] if index[1].strip("0") else ""


def _behind(lines: Sequence[str], at: int) -> int:
    """The index behind the rest of a hunk that cannot be read."""
    while at < len(lines) and lines[at][:1] in set("+- \\"):
        at += 1
    return at


def _hunk(draft: _Draft, lines: Sequence[str], at: int, head: re.Match[str], left: list[int]) -> tuple[int, bool]:
    """Read the lines of a hunk, as many as its header counts; whether all of them were there."""
    parents, new, new_left = len(left), int(head[3]), int(head[4] or 1)
    old = start = new - draft.grown if new_left else new - draft.grown + 1
    found: list[Line] = []
    while (new_left or any(left)) and at < len(lines):
        raw = lines[at]
        if raw.startswith("\\"):
            at += 1
            continue
        marks, text = raw[:parents].ljust(parents).replace("\r", " "), raw[parents:].removesuffix("\r")
        is_lost = "-" in marks
        if set(marks) - set(" -" if is_lost else " +"):
            break
        for column, mark in enumerate(marks):
            left[column] -= (mark == "-") if is_lost else (mark == " ")
        new_left -= not is_lost
        if new_left < 0 or min(left) < 0:
            break
        at += 1
        is_own = len(set(marks)) == 1 and marks[0] != " "
        draft.partial |= not is_own and "+" in marks
        if is_lost and is_own:
            found.append(Line(LineKind.REMOVED, text, old, None))
        elif is_own:
            found.append(Line(LineKind.ADDED, text, None, new))
        elif not is_lost:
            found.append(Line(LineKind.CONTEXT, text, old, new))
        old += is_lost == is_own
        new += not is_lost
    draft.grown += sum((line.kind is LineKind.ADDED) - (line.kind is LineKind.REMOVED) for line in found)
    if found:
        has_old, has_new = any(line.old for line in found), any(line.new for line in found)
        draft.hunks.append(Hunk(start - (not has_old), int(head[3]) if has_new else new, head[5], tuple(found)))
    return at, not (new_left or any(left))
