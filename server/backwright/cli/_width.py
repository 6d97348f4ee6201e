"""How wide what reads us is, and text folded to it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import Final

NARROW: Final = 72
"""Below it columns stand one under the other."""

_CRAMPED: Final = 50
_LEAST: Final = 24


def width() -> int | None:
    """The columns of the terminal, or that `COLUMNS` says; None for a pipe or a file, whose lines are not folded."""
    if not (os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty()):
        return None
    return max(_LEAST, shutil.get_terminal_size().columns)


def is_narrow() -> bool:
    """Whether columns do not fit beside each other."""
    columns = width()
    return columns is not None and columns < NARROW


def folded(text: str, hang: int = 4) -> str:
    """A line as lines that fit; a word that does not, such as a path that somebody may copy, stays whole.

    Args:
        text: one line.
        hang: how many blanks the second line and all later ones begin with.
    """
    columns = width()
    if columns is None or len(text) <= columns:
        return text
    lines = textwrap.wrap(text, columns, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def all_folded(lines: Iterable[str], hang: int = 4) -> str:
    """Some lines as one text, each as `folded` has it."""
    return "\n".join(folded(line, hang) for line in lines)


class Help(argparse.HelpFormatter):
    """Help whose paragraphs are folded and whose examples, which are indented, are not: they are there to be copied."""

    def __init__(self, prog: str) -> None:
        # Beside long options nothing is left for their text.
        columns = width()
        super().__init__(prog, max_help_position=8 if columns is not None and columns < _CRAMPED else 24)

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002  as argparse calls it
        lines = text.splitlines()
        return "\n".join(line if line.startswith(" ") else textwrap.fill(line, width) for line in lines)
