"""Diffs: bytes in, files, hunks and lines out, and a note for everything that could not be read.

Every added line of the input is either in a hunk of the result or named in `Diff.unread`: silence is the dangerous
outcome. Reference: GNU diffutils "Detailed Description of Unified Format"; git-diff(1), "Generating patch text".
"""

from __future__ import annotations

import re
from typing import Final

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review._diff_model import Diff, FileDiff, FileStatus, Hunk, Line, LineKind, Unread
from backwright.review._diff_reader import Part, read_lines

__all__ = [
    "MAX_DIFF_BYTES",
    "Diff",
    "FileDiff",
    "FileStatus",
    "Hunk",
    "Line",
    "LineKind",
    "Part",
    "Unread",
    "decode_diff",
    "parse_diff",
    "parse_parts",
]

MAX_DIFF_BYTES: Final = 16 * 1024 * 1024

_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")


def parse_diff(data: bytes, *, path: str | None = None) -> Diff:
    """Read a diff of any common making: git's, `diff -u`'s, a mailed patch, a series of them, coloured or not.

    A series is given patch by patch; `inputs.read_change` makes one change of it.

    Args:
        data: the diff. UTF-8, or UTF-16 with its mark; bytes that are neither become U+FFFD.
        path: the file that hunks without a header belong to (the `patch` field of GitHub's API has none).

    Raises:
        DiffSyntaxError: there is text, and no diff in it.
        TooLargeError: more than `MAX_DIFF_BYTES`.
    """
    parts = parse_parts(data, path=path)
    return Diff(
        tuple(file for part in parts for file in part.files), tuple(unread for part in parts for unread in part.unread)
    )


def parse_parts(data: bytes, *, path: str | None = None) -> tuple[Part, ...]:
    """The patches of a text as they are told apart; see `parse_diff`."""
    if len(data) > MAX_DIFF_BYTES:
        raise TooLargeError("the diff", size=len(data), limit=MAX_DIFF_BYTES)
    lines = decode_diff(data).split("\n")
    if lines[-1] == "":
        lines.pop()
    parts = read_lines(lines, path)
    if not parts:
        first = next((number for number, line in enumerate(lines, 1) if line.strip()), None)
        if first is not None:
            raise DiffSyntaxError(
                "no diff was found in the text",
                hint="give the output of `git diff`, with its headers and with line feeds between lines",
                line=first,
            )
    return parts


def decode_diff(data: bytes) -> str:
    """The text of a diff: UTF-8, or UTF-16 with its mark; without the colours that git put in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What PowerShell writes for `git diff > change.diff`.
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    # No line of a diff starts with an escape character unless the diff as a whole is coloured; in one that is not,
    # escape characters are content.
    coloured = text.startswith("\x1b[") or "\n\x1b[" in text
    return _COLOUR.sub("", text) if coloured else text
