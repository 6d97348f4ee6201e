"""Python in colours: lines in, lines of HTML out, with a class for each kind of word that the style sheet knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from pygments.lexer import Lexer  # type: ignore[import-untyped]  # pygments ships no types
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]  # pygments ships no types
from pygments.token import (  # type: ignore[import-untyped]  # pygments ships no types
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    String,
)

from backwright.review.markup import Markup, code, element, joined

MAX_CHARACTERS: Final = 40_000
"""Of one run of lines; more is shown without colours."""

# The first that a token lies in; what lies in none keeps the colour of text.
_CLASSES: Mapping[object, str] = {
    Comment: "c",
    String.Doc: "c",
    String: "s",
    Number: "n",
    Keyword: "k",
    Operator.Word: "k",
    Name.Decorator: "d",
    Name.Function: "f",
    Name.Class: "f",
    Name.Builtin: "b",
    Name.Exception: "b",
}


@cache
def _lexer() -> Lexer:
    return PythonLexer(stripnl=False, ensurenl=False)


def highlighted(lines: Sequence[str]) -> list[Markup]:
    """As many lines of HTML as were given; a string that spans several is coloured on each.

    Args:
        lines: as `Shown.text` has them: nothing in them but what can be seen.
    """
    text = "\n".join(lines)
    if len(text) > MAX_CHARACTERS:
        return [code(line) for line in lines]
    rows: list[list[Markup]] = [[]]
    for kind, value in _lexer().get_tokens(text):
        name = next((name for known, name in _CLASSES.items() if kind in known), None)  # type: ignore[operator]
        for index, part in enumerate(value.split("\n")):
            if index:
                rows.append([])
            if part:
                rows[-1].append(code(part) if name is None else element("span", code(part), class_=name))
    made = [joined(*row) for row in rows]
    # A lexer that took a character for a line end would shift every line behind it.
    return made if len(made) == len(lines) else [code(line) for line in lines]
