"""Reads Python as Python does, so that the places in the tree are those in the text."""

from __future__ import annotations

import ast
import re

# Python ends a line there, and nothing else here does.
_LONE_CARRIAGE_RETURN = re.compile(r"\r(?!\n)")
# PEP 758, Python 3.14: several exceptions need no parentheses. A project may be newer than what this runs on.
_BARE_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)((?:[\w.]+[ \t]*,[ \t]*)+[\w.]+)([ \t]*:)", re.MULTILINE)


def parse(text: str) -> ast.Module:
    """The tree of a module; its lines are those of the text at each newline, the first of which may have a mark.

    Raises:
        SyntaxError: the text does not parse, or a carriage return alone ends a line of it.
        ValueError: it has a null byte.
    """
    if _LONE_CARRIAGE_RETURN.search(text):
        raise SyntaxError("a carriage return alone ends a line")
    plain = text.removeprefix("\ufeff")
    try:
        return ast.parse(plain)
    except SyntaxError:
        older = _BARE_EXCEPT.sub(r"\1(\2)\3", plain)
        if older == plain:
            raise
        return ast.parse(older)
