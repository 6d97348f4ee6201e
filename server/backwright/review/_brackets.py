"""A look at brackets, strings and comments that needs no valid Python: what is open, what closes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"#.*|\"\"\"|'''|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[()\[\]{}]")
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Closer:
    """A bracket that closes nothing in view: the index of its line, and the bracket."""

    line: int
    bracket: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen.

    Args:
        unmatched: closing brackets without an opening one, in order.
        opened: opening brackets that nothing closes.
        inside: for each line, whether it starts inside a bracket, a triple-quoted string or a continued line.
        open_quote: the triple quote that is still open at the end.
    """

    unmatched: tuple[Closer, ...]
    opened: tuple[str, ...]
    inside: tuple[bool, ...]
    open_quote: str | None


def indent_of(line: str) -> str:
    """The blanks that a line starts with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def scan(lines: Sequence[str]) -> Scan:
    """Look at some lines of Python, or of something near it."""
    unmatched: list[Closer] = []
    opened: list[str] = []
    inside: list[bool] = []
    quote: str | None = None
    for number, line in enumerate(lines):
        inside.append(bool(opened) or quote is not None or (number > 0 and lines[number - 1].endswith("\\")))
        at = 0
        while at < len(line):
            if quote is not None:
                end = _end_of(line, quote, at)
                at = len(line) if end < 0 else end
                quote = quote if end < 0 else None
                continue
            token = _TOKEN.search(line, at)
            if token is None:
                break
            at = token.end()
            quote = _take(token.group(), number, opened, unmatched)
    return Scan(tuple(unmatched), tuple(opened), tuple(inside), quote)


def _end_of(line: str, quote: str, at: int) -> int:
    """The index behind the next closing triple quote, or -1; one behind a backslash closes nothing."""
    end = line.find(quote, at)
    while end > 0 and line[end - 1] == "\\":
        end = line.find(quote, end + 1)
    return end + 3 if end >= 0 else -1


def _take(token: str, number: int, opened: list[str], unmatched: list[Closer]) -> str | None:
    """Note a token; the triple quote that it opens, if it opens one."""
    if token in {'"""', "'''"}:
        return token
    if token in {"(", "[", "{"}:
        opened.append(token)
    elif token in _PAIRS:
        if not opened:
            unmatched.append(Closer(number, token))
        elif opened[-1] == _PAIRS[token]:
            opened.pop()
    return None
