"""Reads Python as Python does, so that the places in the tree are those in the text."""

from __future__ import annotations

import ast
import re

# Python ends a line there, and nothing else here does.
_LONE_CARRIAGE_RETURN = re.compile(r"\r(?!\n)")


def parse(text: str) -> ast.Module:
    """The tree of a module; its lines are those of the text at each newline, the first of which may have a mark.

    Raises:
        SyntaxError: the text does not parse, or a carriage return alone ends a line of it.
        ValueError: it has a null byte.
    """
    if _LONE_CARRIAGE_RETURN.search(text):
        raise SyntaxError("a carriage return alone ends a line")
    return ast.parse(text.removeprefix("\ufeff"))
