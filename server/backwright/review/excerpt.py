"""The lines of a diff as a report may show them: one line each, nothing invisible, and no secret."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from backwright.review.diff import Diff, FileStatus, Hunk, Line, LineKind
from backwright.review.hostile import masked, visible

MAX_SHOWN: Final = 400
"""Characters of a line; a longer one is no code that a person reads."""
_CUT: Final = " ..."
_TAB: Final = 4
_KEY: Final = "PRIVATE KEY"
_KEY_BEGINS: Final = "-----BEGIN "
_KEY_ENDS: Final = "-----END "
KEY_BODY: Final = "(a line of a private key)"
_WORD = re.compile(r"[\w.]+")
_COMMENT = re.compile(r"\s{2,}#")


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a hunk, ready to be shown; `old` and `new` are its numbers on either side."""

    kind: LineKind
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a line stands: its hunk, and its index among the hunk's lines."""

    hunk: Hunk
    index: int

    @property
    def line(self) -> Line:
        """The line as the diff has it."""
        return self.hunk.lines[self.index]


class Excerpts:
    """Finds the lines of one diff by path and by number on the new side, and shows those around them."""

    def __init__(self, diff: Diff) -> None:
        self._files = [file for file in diff.files if file.status is not FileStatus.DELETED]
        self._hidden: dict[int, frozenset[int]] = {}

    @cached_property
    def _spots(self) -> dict[tuple[str, int], Spot]:
        """Each line of the new side. Of a series of patches that shows one several times, where it is added."""
        found: dict[tuple[str, int], Spot] = {}
        for file in self._files:
            for hunk in file.hunks:
                for index, line in enumerate(hunk.lines):
                    key = file.path, line.new or 0
                    if line.kind is LineKind.ADDED or (line.kind is LineKind.CONTEXT and key not in found):
                        found[key] = Spot(hunk, index)
        return found

    def spot(self, path: str, line: int) -> Spot | None:
        """Where a line of the new side stands, or None where the diff does not show it."""
        return self._spots.get((path, line))

    def shown(self, hunk: Hunk, first: int = 0, last: int | None = None) -> Iterator[Shown]:
        """The lines of a hunk, or those from the index `first` up to `last`; of a private key only its two ends."""
        if id(hunk) not in self._hidden:
            self._hidden[id(hunk)] = key_lines(hunk.lines)
        hidden = self._hidden[id(hunk)]
        for index, line in enumerate(hunk.lines[first:last], first):
            text = KEY_BODY if index in hidden else shown_line(line.text)
            yield Shown(line.kind, line.old, line.new, text)


def shown_line(text: str) -> str:
    """The text of one line: tabs as blanks, secrets masked, and whatever cannot be seen written out."""
    cut = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}{_CUT}"
    return visible(masked(cut.expandtabs(_TAB)))


def key_lines(lines: Sequence[Line]) -> frozenset[int]:
    """The indexes of the lines inside private keys that span several lines: a pattern for one line misses them."""
    found: set[int] = set()
    begins = [index for index, line in enumerate(lines) if _KEY in line.text and _KEY_BEGINS in line.text]
    for begin in begins:
        for index in range(begin + 1, len(lines)):
            if index in found or _KEY_ENDS in lines[index].text:
                break
            found.add(index)
    return frozenset(found)


def underlined(text: str, column: int) -> tuple[int, int]:
    """Where the shown form of a line is underlined: how many cells to leave out, and how many to mark.

    Args:
        text: the line as the diff has it.
        column: from 1. At the line's first character of code all of its code is marked, elsewhere the name that
            starts there.
    """
    indent = len(text) - len(text.lstrip())
    whole = column <= indent + 1
    start = min(indent if whole else column - 1, len(text), MAX_SHOWN)
    word = _WORD.match(text, start)
    end = len(_COMMENT.split(text, maxsplit=1)[0].rstrip()) if whole else word.end() if word is not None else start + 1
    before, upto = shown_line(text[:start]), shown_line(text[: min(end, MAX_SHOWN)])
    return _cells(before), max(1, _cells(upto) - _cells(before))


def _cells(text: str) -> int:
    """How many cells of a terminal the text takes: a wide character two, a mark over another none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
