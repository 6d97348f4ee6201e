"""Which findings the file gave before the change as well: old debt on lines that the change only touched.

A finding counts as old where the file before the change has one of the same code and message for it, each old one
standing for one new one at most. So a second defect beside an old one of its kind is still reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backwright.review.diagnostic import Diagnostic
from backwright.review.diff import FileDiff, LineKind

Rows = Callable[[str], Mapping[int, str]]

_NUMBERED = re.compile(r"\blines? [0-9]+(, [0-9]+)*")
_OPENS_SCOPE = re.compile(r"(?:async\s+)?def\s+(\w+)|class\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding of either side, whether or not the diff adds a line of it.

    Args:
        path: the file, by its path after the change.
        code: the rule.
        message: what it says.
        lines: where it stands on its own side, the best line first.
        diagnostic: what is reported of it; None for one of the old side or on lines that the diff does not add.
        literal: the text of the line is the defect itself, so that another text is another defect.
    """

    path: str
    code: str
    message: str
    lines: tuple[int, ...]
    diagnostic: Diagnostic | None = None
    literal: bool = False


def old_debt(
    files: Iterable[FileDiff], new: Sequence[Sighting], old: Sequence[Sighting], new_rows: Rows, old_rows: Rows
) -> list[Diagnostic]:
    """The diagnostics among `new` that `old` explains."""
    by_path: dict[str, tuple[list[Sighting], list[Sighting]]] = {}
    reported = {sighting.path for sighting in new if sighting.diagnostic is not None}
    for side, sightings in enumerate((new, old)):
        for sighting in sightings:
            if sighting.path in reported and sighting.lines:
                by_path.setdefault(sighting.path, ([], []))[side].append(sighting)
    hunks = {file.path: file for file in files}
    found: list[Diagnostic] = []
    for path, (after, before) in by_path.items():
        if before:
            pairing = _Pairing(hunks[path], after, before, (new_rows(path), old_rows(path)))
            found.extend(pairing.old_ones())
    return found


class _Pairing:
    """One file: each finding of the new side is given at most one of the old side that says the same."""

    def __init__(
        self,
        file: FileDiff,
        new: list[Sighting],
        old: list[Sighting],
        rows: tuple[Mapping[int, str], Mapping[int, str]],
    ) -> None:
        # What stands on unchanged lines takes its own counterpart first, so that it cannot stand for anything else.
        self._new = sorted(new, key=lambda sighting: (sighting.diagnostic is not None, sighting.lines))
        self._free = sorted(old, key=lambda sighting: sighting.lines)
        self._rows = rows
        self._added = _places(file, LineKind.ADDED)
        self._removed = _places(file, LineKind.REMOVED)

    def old_ones(self) -> list[Diagnostic]:
        paired: list[Sighting] = []
        left = self._new
        for key in (self._text, self._scope, self._hunk):
            left = self._pair(left, key, paired)
        return [sighting.diagnostic for sighting in paired if sighting.diagnostic is not None]

    def _pair(
        self, waiting: list[Sighting], key: Callable[[Sighting, int], Hashable], paired: list[Sighting]
    ) -> list[Sighting]:
        """Pair by one key; those for which nothing is left."""
        pool: dict[Hashable, list[Sighting]] = {}
        for sighting in self._free:
            if (value := key(sighting, 1)) is not None:
                pool.setdefault(self._said(sighting, value), []).append(sighting)
        taken: set[int] = set()
        left: list[Sighting] = []
        for sighting in waiting:
            value = key(sighting, 0)
            same = pool.get(self._said(sighting, value)) if value is not None else None
            if same:
                taken.add(id(same.pop(0)))
                paired.append(sighting)
            else:
                left.append(sighting)
        self._free = [sighting for sighting in self._free if id(sighting) not in taken]
        return left

    def _said(self, sighting: Sighting, value: Hashable) -> Hashable:
        return sighting.code, _NUMBERED.sub("line", sighting.message), value

    def _text(self, sighting: Sighting, side: int) -> Hashable:
        """The text of its line: the same line, perhaps at another place."""
        return "".join(self._rows[side].get(sighting.lines[0], "").split()) or None

    def _scope(self, sighting: Sighting, side: int) -> Hashable:
        """The function or class around it: the line was rewritten."""
        return None if sighting.literal else scope_of(self._rows[side], sighting.lines[0])

    def _hunk(self, sighting: Sighting, side: int) -> Hashable:
        """The hunk that takes the old line out and puts the new one in."""
        places = (self._added, self._removed)[side]
        line = sighting.diagnostic.location.line if sighting.diagnostic is not None else sighting.lines[0]
        return None if sighting.literal else places.get(line)


def _places(file: FileDiff, kind: LineKind) -> Mapping[int, int]:
    """The number of the hunk by line, for the lines of one kind."""
    return {
        number: place
        for place, hunk in enumerate(file.hunks)
        for line in hunk.lines
        if line.kind is kind and (number := line.new if kind is LineKind.ADDED else line.old) is not None
    }


def scope_of(rows: Mapping[int, str], number: int) -> str | None:
    """The names of the functions and classes around a line, its own included; None at the level of the module.

    By indentation, so that it costs no parse and works on hunks.
    """
    while rows.get(number, "").lstrip().startswith("@") and number + 1 in rows:
        number += 1
    names: list[str] = []
    width = _width(rows.get(number, "")) + 1
    while number in rows and width > 0:
        text = rows[number].strip()
        # A line that closes the brackets of a signature stands as far out as the signature.
        if text and not text.startswith((")", "]", "}", "#")) and _width(rows[number]) < width:
            width = _width(rows[number])
            if found := _OPENS_SCOPE.match(text):
                names.append(found[1] or found[2])
        number -= 1
    return ".".join(reversed(names)) or None


def _width(text: str) -> int:
    return len(text) - len(text.lstrip())
