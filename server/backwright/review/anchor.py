"""Where a quote stands in a diff: what a reader of the code claims of a line is taken only where the line says it.

A quote and a line are compared with each run of blanks and tabs as one blank and none at the ends; nothing else of them
is changed. The quote is found where the line contains it, and must either be the whole line or hold three characters
that are no blank. A quote of several lines stands on as many lines of the new side, one below the other, in one hunk.
A leading `+` on each of its lines, as a diff has it, is not part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backwright._hidden import all_hidden, describe, find_hidden
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.hostile import masked, visible

MIN_QUOTE: Final = 3
MAX_QUOTE_LINES: Final = 30
_BLANKS = re.compile(r"[ \t]+")
_NAMED: Final = 5
# Letters of other alphabets that are drawn like these; NFKC leaves them as they are.
_LOOK_ALIKE: Mapping[int, int] = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u0410\u0412\u0415\u041a\u041c\u041d"
    "\u041e\u0420\u0421\u0422\u0425\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7",
    "aeopcyxijshdqABEKMHOPCTXoABEZHIKMNOPTX",
)


def normalised(text: str) -> str:
    """The text with each run of blanks and tabs as one blank and none at its ends."""
    return _BLANKS.sub(" ", text).strip(" ")


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of the new side in one hunk on which a quote stands, and what they say.

    `asked` is the line that the caller named, where the quote stands on another one.
    """

    path: str
    lines: tuple[Line, ...]
    asked: int | None = None

    @property
    def line(self) -> int:
        """The first of the lines."""
        return self.lines[0].new or 0

    @property
    def end_line(self) -> int:
        """The last of them."""
        return self.lines[-1].new or 0

    @property
    def is_added(self) -> bool:
        """Whether the diff adds all of them."""
        return all(line.kind is LineKind.ADDED for line in self.lines)

    @property
    def text(self) -> str:
        """What they say."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something that a caller said is not taken, as half a sentence that says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Side:
    """The new side of one hunk."""

    lines: tuple[Line, ...]
    texts: tuple[str, ...]

    def index(self, number: int) -> int | None:
        """Where the line with this number is among them."""
        return next((index for index, line in enumerate(self.lines) if line.new == number), None)


class Anchors:
    """The commentable lines of a diff: added or context, on the new side, inside a hunk."""

    def __init__(self, diff: Diff) -> None:
        self._files: dict[str, list[FileDiff]] = {}
        for file in diff.files:
            self._files.setdefault(file.path, []).append(file)
        self._sides: dict[str, tuple[_Side, ...]] = {}

    def locate(self, quote: str, path: str | None, line: int | None) -> Place | Refusal:
        """Where a quote stands.

        Args:
            quote: some code, word for word.
            path: the file; None to look in all of them for the one place.
            line: the number on the new side; where the quote is not on it but on exactly one other line of its hunk,
                it is moved there. None to look in the whole file.
        """
        wanted = _wanted(quote)
        if isinstance(wanted, Refusal):
            return wanted
        if path is not None and (problem := self._no_file(path)):
            return Refusal(problem)
        found = self._sought(wanted, path, line)
        if isinstance(found, Refusal) and any(part.startswith("+") for part in wanted):
            bare = tuple(normalised(part.removeprefix("+")) for part in wanted)
            if any(bare) and isinstance(again := self._sought(bare, path, line), Place):
                return again
        return found

    def _sought(self, wanted: tuple[str, ...], path: str | None, line: int | None) -> Place | Refusal:
        if path is None or line is None:
            return self._anywhere(wanted, [path] if path is not None else list(self._files))
        sides = self._of(path)
        for side in sides:
            at = side.index(line)
            if at is not None:
                return self._in_hunk(wanted, path, line, side, at)
        # No hunk has the line, so that nothing could be said there: the quote decides alone.
        spots = [(side, start) for side in sides for start in _starts(side, wanted)]
        if len(spots) == 1:
            side, start = spots[0]
            return Place(path, side.lines[start : start + len(wanted)], line)
        return Refusal(f"line {line} is in no hunk of {_said(path)}; {self._elsewhere(wanted, path, spots)}")

    def _in_hunk(self, wanted: tuple[str, ...], path: str, line: int, side: _Side, at: int) -> Place | Refusal:
        starts = _starts(side, wanted)
        if at in starts:
            return Place(path, side.lines[at : at + len(wanted)])
        if len(starts) == 1:
            return Place(path, side.lines[starts[0] : starts[0] + len(wanted)], line)
        if starts:
            return Refusal(f"the quote stands on lines {_numbers(side, starts)}, not on {line}: name one of them")
        if len(wanted) == 1 and (trick := _disguised(wanted[0], side.lines[at].text)):
            return Refusal(trick)
        spots = [(other, start) for other in self._of(path) for start in _starts(other, wanted)]
        return Refusal(f"line {line} reads {_shown(side.lines[at])}; {self._elsewhere(wanted, path, spots)}")

    def _anywhere(self, wanted: tuple[str, ...], paths: Iterable[str]) -> Place | Refusal:
        spots = [(path, side, start) for path in paths for side in self._of(path) for start in _starts(side, wanted)]
        if len(spots) == 1:
            path, side, start = spots[0]
            return Place(path, side.lines[start : start + len(wanted)])
        if spots:
            shown = ", ".join(f"{_said(path)}:{side.lines[start].new}" for path, side, start in spots[:_NAMED])
            return Refusal(f"the quote stands at {shown}: name one of them")
        return Refusal("the quote is on no line of the change: copy a line as it is")

    def _elsewhere(self, wanted: tuple[str, ...], path: str, spots: Sequence[tuple[_Side, int]]) -> str:
        if spots:
            numbers = ", ".join(str(side.lines[start].new) for side, start in spots[:_NAMED])
            return f"the quote stands on line {numbers}"
        removed = (
            line
            for file in self._files.get(path, ())
            for hunk in file.hunks
            for line in hunk.lines
            if line.kind is LineKind.REMOVED
        )
        if any(wanted[0] in normalised(line.text) for line in removed):
            return "the quote is of a line that the change removes: quote the one in its place"
        return "the quote is nowhere in this file's hunks: copy a line as it is"

    def _no_file(self, path: str) -> str:
        files = self._files.get(path)
        if files is None:
            return f"{_said(path)} is not in the change"
        if all(file.status is FileStatus.DELETED for file in files):
            return f"{_said(path)} is deleted, so that no line of it can be commented on"
        return "" if any(file.hunks for file in files) else f"no line of {_said(path)} is in the change"

    def _of(self, path: str) -> tuple[_Side, ...]:
        if path not in self._sides:
            files = [file for file in self._files.get(path, ()) if file.status is not FileStatus.DELETED]
            self._sides[path] = tuple(_side(hunk) for file in files for hunk in file.hunks)
        return self._sides[path]

    def files(self, path: str) -> Sequence[FileDiff]:
        """What the diff does to a file."""
        return self._files.get(path, ())


def _side(hunk: Hunk) -> _Side:
    lines = tuple(line for line in hunk.lines if line.new is not None)
    return _Side(lines, tuple(normalised(line.text) for line in lines))


def _wanted(quote: str) -> tuple[str, ...] | Refusal:
    """The lines of a quote as they are compared."""
    hidden = find_hidden(quote)
    if hidden is not None:
        return Refusal(f"the quote holds {describe(quote[hidden])}, which nobody can see: leave it out")
    parts = quote.replace("\r\n", "\n").strip("\n").split("\n")
    if len(parts) > MAX_QUOTE_LINES:
        return Refusal(f"the quote has {len(parts)} lines; at most {MAX_QUOTE_LINES} are taken")
    # A secret is kept masked, so one in a quote is compared the same way.
    wanted = tuple(normalised(masked(part)) for part in parts)
    return wanted if any(wanted) else Refusal("the quote is empty: copy the line that it is about")


def _starts(side: _Side, wanted: tuple[str, ...]) -> list[int]:
    """The indexes of the lines on which the quote starts."""
    last = len(side.texts) - len(wanted)
    return [start for start in range(last + 1) if _stands(side.texts[start : start + len(wanted)], wanted)]


def _stands(texts: Sequence[str], wanted: tuple[str, ...]) -> bool:
    if not all(part in text and bool(part) == bool(text) for part, text in zip(wanted, texts, strict=True)):
        return False
    return sum(len(part.replace(" ", "")) for part in wanted) >= MIN_QUOTE or tuple(texts) == wanted


def _disguised(wanted: str, text: str) -> str:
    """Why a quote that reads like the line is none, where it is made of other characters; or nothing."""
    unseen = frozenset(all_hidden(text))
    seen = "".join(character for index, character in enumerate(text) if index not in unseen)
    if _folded(wanted) not in _folded(seen) or len(wanted.replace(" ", "")) < MIN_QUOTE:
        return ""
    hidden = find_hidden(text)
    if hidden is not None:
        return f"the line holds {describe(text[hidden])}, which nobody can see: comment on the lines around it"
    other = next((each for each in wanted if not each.isascii()), None) or next(c for c in text if not c.isascii())
    return f"the quote only looks like the line: one of them has {describe(other)}"


def _folded(text: str) -> str:
    return normalised(unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKE))


def _numbers(side: _Side, starts: Sequence[int]) -> str:
    shown = [str(side.lines[start].new) for start in starts[:_NAMED]]
    return ", ".join(shown) + (" and more" if len(starts) > _NAMED else "")


def _shown(line: Line) -> str:
    text = visible(masked(normalised(line.text)))
    return f"`{text if len(text) <= 80 else text[:79] + '…'}`" if text else "empty"  # noqa: PLR2004  a terminal's width


def _said(path: str) -> str:
    shown = visible(path)
    return shown if len(shown) <= 200 else f"{shown[:199]}…"  # noqa: PLR2004  as much as a path has in practice
