"""Asynchronous code to the same code without `async` and `await`, as httpcore and urllib3 make theirs.

A template is written once, for asynchronous hosts; in a synchronous one its words are those that `template.yaml` names.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Mapping, Sequence

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_SILENT = frozenset([tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT])


def synchronous(text: str, words: Mapping[str, str]) -> str:
    """The module without `async` and `await`, with other names; strings and comments stay as they are.

    Args:
        text: a module of Python.
        words: what the names are called there, such as `AsyncSession: Session`.

    Raises:
        ValueError: the text is no Python: a defect of the template.
    """
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError) as error:
        raise ValueError(f"the template gives no Python: {error}") from error
    lines = text.splitlines(keepends=True)
    for start, end, new in reversed(_changes(tokens, words)):
        row, line = start[0] - 1, lines[start[0] - 1]
        lines[row] = line[: start[1]] + new + line[end[1] :]
    return "".join(lines)


_Place = tuple[int, int]
_Change = tuple[_Place, _Place, str]


def _changes(tokens: Sequence[tokenize.TokenInfo], words: Mapping[str, str]) -> list[_Change]:
    """What is replaced, each on one line, in the order of the text."""
    found: list[_Change] = []
    for number, token in enumerate(tokens):
        if token.type != tokenize.NAME:
            continue
        if token.string in {"async", "await"}:
            # What follows stands on the same line: neither is ever left alone at the end of one.
            found.append((token.start, tokens[number + 1].start, ""))
            found += _brackets(tokens, number) if token.string == "await" else []
        elif token.string in words:
            found.append((token.start, token.end, words[token.string]))
    return sorted(found)


def _brackets(tokens: Sequence[tokenize.TokenInfo], number: int) -> list[_Change]:
    """The parentheses of `(await call()).attribute`, which nothing needs any more."""
    before, opened = tokens[number - 2], tokens[number - 1]
    called = before.string in _CLOSE or (before.type == tokenize.NAME and not keyword.iskeyword(before.string))
    if opened.string != "(" or called:
        return []
    depth = 0
    for token in tokens[number + 1 :]:
        if token.string in _OPEN:
            depth += 1
        elif token.string in _CLOSE and depth:
            depth -= 1
        elif token.string == ")":
            return [(opened.start, opened.end, ""), (token.start, token.end, "")]
        elif depth == 0 and (token.type in _SILENT or (token.type != tokenize.NAME and token.string != ".")):
            return []
    return []
