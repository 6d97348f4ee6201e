"""A change as it is handed over in a file or as text, whatever tool wrote it."""

from __future__ import annotations

from backwright.review._series import join_parts
from backwright.review.diff import Diff, parse_parts


def read_change(data: bytes) -> Diff:
    """Read a change, of whatever making: a diff, or a series of them, which becomes one.

    Raises:
        DiffSyntaxError, TooLargeError: it cannot be read.
    """
    return join_parts(parse_parts(data))
