"""Characters that no reader sees and every model reads: tags, selectors, zero width, direction marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from backwright._hidden import all_hidden, describe
from backwright.catalog.checks._check import Check, Found, Subject

# The flags of England, Scotland and Wales are spelled in tags; no other sequence of tags is in use.
_FLAGS: Final = re.compile(
    "\U0001f3f4(?:\U000e0067\U000e0062)(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
_COUNTED: Final = 100
_MARKS: Final = frozenset("\u200e\u200f\u061c")


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    for text in subject.texts:
        for number, line in enumerate(text.lines, 1):
            # At the very start it is a byte order mark, which the import takes off.
            shown = line.removeprefix("\ufeff") if number == 1 else line
            if shown.isascii() and shown.isprintable():
                continue
            hidden = list(islice(_hidden(shown), _COUNTED))
            if hidden:
                more = f", and {'at least ' * (len(hidden) == _COUNTED)}{len(hidden) - 1} more" if hidden[1:] else ""
                message = f"there is text that no reader sees: {describe(shown[hidden[0]])}{more}"
                yield Found(text.name, number, message)


def _hidden(line: str) -> Iterator[int]:
    flags = {at for flag in _FLAGS.finditer(line) for at in range(*flag.span())}
    right_to_left = any(unicodedata.bidirectional(each) in {"R", "AL"} for each in line if each not in _MARKS)
    for at in all_hidden(line):
        if at not in flags and not (right_to_left and _sets_direction(line, at)):
            yield at


def _sets_direction(line: str, at: int) -> bool:
    """Whether a character is one mark, as prose in Arabic or Hebrew needs it beside Latin words or numbers."""
    return line[at] in _MARKS and line[at - 1 : at] not in _MARKS and line[at + 1 : at + 2] not in _MARKS


CHECK = Check(
    "HIDDEN_UNICODE",
    "hostile",
    "A character that a reader cannot see.",
    "delete the characters; a reader must see what a model reads",
    _find,
)
