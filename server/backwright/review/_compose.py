"""Two patches of one file, one after the other, as one: hunks from the first old side to the last new side.

Between the two lies a text that nobody has. Each of its lines that either patch shows is known by its number; all
others are the same on every side. Walking the known ones in order gives the hunks of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backwright.review._diff_model import Hunk, Line, LineKind

MAX_CELLS: Final = 2_000_000
"""Pairs of lines that are compared to see what a later patch takes back; further ones stay as they are."""
MAX_LINES: Final = 400_000
"""Lines of patches that are put together, counted anew for each patch of a file."""


class DisjointError(Exception):
    """Two patches cannot be made one; the text says why, of the first. It never leaves the review."""

    def __init__(self, reason: str = "do not join up with those of the patch that follows") -> None:
        super().__init__(reason)


@dataclass(slots=True)
class Budget:
    """How much work a series may make, for all of its files."""

    cells: int = MAX_CELLS
    lines: int = MAX_LINES


@dataclass(slots=True)
class _Side:
    """One patch as the text between the two sees it, by line number there."""

    lines: dict[int, Line] = field(default_factory=dict)
    before: dict[int, list[Line]] = field(default_factory=dict)
    sections: dict[int, str] = field(default_factory=dict)
    shift: int = 0  # from the number between the two to the number on the far side, at the line that is looked at


@dataclass(slots=True)
class _Group:
    """Neighbouring lines of the result, each with the patch that it is of: 1, 2, or 0 for context."""

    old: int
    new: int
    section: str
    lines: list[tuple[Line, int]] = field(default_factory=list)


def compose_hunks(first: Sequence[Hunk], second: Sequence[Hunk], budget: Budget | None = None) -> tuple[Hunk, ...]:
    """What two patches of a file do together.

    Args:
        first: the hunks of the earlier patch.
        second: those of the later one; their old side is the new side of `first`.
        budget: what is left of the work that the whole series may make.

    Raises:
        DisjointError: the two show different text for the same line, a patch does not add up, or it is too much.
    """
    if not first or not second:
        return tuple(first or second)
    budget = budget or Budget()
    budget.lines -= sum(len(hunk.lines) for hunk in (*first, *second))
    if budget.lines < 0:
        raise DisjointError("are more than can be put together with those of the patch that follows")
    one, two = _side(first, LineKind.REMOVED), _side(second, LineKind.ADDED)
    groups = list(_groups(one, two))
    hunks = (_hunk(group, budget) for group in groups)
    return tuple(hunk for hunk in hunks if any(line.kind is not LineKind.CONTEXT for line in hunk.lines))


def _side(hunks: Sequence[Hunk], far: LineKind) -> _Side:
    """A patch by the numbers of the text between; `far` is the kind of line that is not in that text."""
    side, last = _Side(), 0
    for hunk in hunks:
        near = [_near(line, far) for line in hunk.lines if line.kind is not far]
        # A hunk without lines on a side names the line before it.
        start = hunk.new_start if far is LineKind.REMOVED else hunk.old_start
        at = near[0] if near else start + 1
        if at <= last or at < 1:
            raise DisjointError
        side.sections[at] = hunk.section
        for line in hunk.lines:
            if line.kind is far:
                side.before.setdefault(at, []).append(line)
            else:
                side.lines[at] = line
                at += 1
        last = at - 1
    return side


def _near(line: Line, far: LineKind) -> int:
    return (line.new if far is LineKind.REMOVED else line.old) or 0


def _groups(one: _Side, two: _Side) -> Iterator[_Group]:
    group: _Group | None = None
    follows = 0
    for at in sorted(one.lines.keys() | one.before.keys() | two.lines.keys() | two.before.keys()):
        if group is None or at != follows:
            if group is not None:
                yield group
            section = two.sections.get(at) or one.sections.get(at, "")
            group = _Group(at + one.shift, at + two.shift, section)
        _walk(one, two, at, group.lines)
        follows = at + 1 if at in one.lines or at in two.lines else -1
    if group is not None:
        yield group


def _walk(one: _Side, two: _Side, at: int, lines: list[tuple[Line, int]]) -> None:
    """The lines of the result at one line of the text between, with those that stand before it on one side alone."""
    for line in one.before.get(at, ()):
        _expect(line.old, at + one.shift)
        one.shift += 1
        lines.append((line, 1))
    for line in two.before.get(at, ()):
        _expect(line.new, at + two.shift)
        two.shift += 1
        lines.append((line, 2))
    before, after = one.lines.get(at), two.lines.get(at)
    if before is not None and after is not None and before.text != after.text:
        raise DisjointError
    known = before or after
    if known is None:
        return
    old, new = at + one.shift, at + two.shift
    is_added = before is not None and before.kind is LineKind.ADDED
    is_removed = after is not None and after.kind is LineKind.REMOVED
    if before is not None and not is_added:
        _expect(before.old, old)
    if after is not None and not is_removed:
        _expect(after.new, new)
    one.shift -= is_added
    two.shift -= is_removed
    if is_added and not is_removed:
        lines.append((Line(LineKind.ADDED, known.text, None, new), 1))
    elif is_removed and not is_added:
        lines.append((Line(LineKind.REMOVED, known.text, old, None), 2))
    elif not is_added:
        lines.append((Line(LineKind.CONTEXT, known.text, old, new), 0))


def _expect(number: int | None, computed: int) -> None:
    if number != computed:
        raise DisjointError


def _hunk(group: _Group, budget: Budget) -> Hunk:
    lines: list[Line] = []
    block: list[tuple[Line, int]] = []
    for line, patch in group.lines:
        if line.kind is LineKind.CONTEXT:
            lines += [*_settled(block, budget), line]
            block = []
        else:
            block.append((line, patch))
    lines += _settled(block, budget)
    has_old, has_new = any(line.old for line in lines), any(line.new for line in lines)
    return Hunk(group.old - (not has_old), group.new - (not has_new), group.section, tuple(lines))


def _settled(block: Sequence[tuple[Line, int]], budget: Budget) -> list[Line]:
    """A run of changes, old lines first; a line that one patch takes away and the other puts back is context."""
    removed = [line for line, _ in block if line.kind is LineKind.REMOVED]
    added = [line for line, _ in block if line.kind is LineKind.ADDED]
    if len({patch for _, patch in block}) < 2 or not {line.text for line in removed} & {line.text for line in added}:  # noqa: PLR2004  both patches
        return [*removed, *added]
    lines: list[Line] = []
    old = new = 0
    for left, right in [*_common(removed, added, budget), (len(removed), len(added))]:
        lines += [*removed[old:left], *added[new:right]]
        if left < len(removed):
            lines.append(Line(LineKind.CONTEXT, removed[left].text, removed[left].old, added[right].new))
        old, new = left + 1, right + 1
    return lines


def _common(removed: Sequence[Line], added: Sequence[Line], budget: Budget) -> list[tuple[int, int]]:
    """The longest common subsequence, as pairs of indexes; only its two ends where the whole would take too long."""
    old, new = [line.text for line in removed], [line.text for line in added]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    rows, columns = len(old) - head - tail, len(new) - head - tail
    middle: list[tuple[int, int]] = []
    if rows * columns <= budget.cells:
        budget.cells -= rows * columns
        middle = _longest(old[head : head + rows], new[head : head + columns])
    ends = [(len(old) - back, len(new) - back) for back in range(tail, 0, -1)]
    return [*((at, at) for at in range(head)), *((head + left, head + right) for left, right in middle), *ends]


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    lengths: Mapping[int, list[int]] = {row: [0] * (len(new) + 1) for row in range(len(old) + 1)}
    for row in range(len(old) - 1, -1, -1):
        mine, below = lengths[row], lengths[row + 1]
        for column in range(len(new) - 1, -1, -1):
            same = old[row] == new[column]
            mine[column] = below[column + 1] + 1 if same else max(below[column], mine[column + 1])
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < len(old) and column < len(new):
        if old[row] == new[column]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif lengths[row + 1][column] >= lengths[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs
