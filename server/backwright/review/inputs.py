"""A change as it is handed over in a file or as text, whatever tool wrote it."""

from __future__ import annotations

from backwright.review.diff import Diff, parse_diff


def read_change(data: bytes) -> Diff:
    """Read a change, of whatever making.

    Raises:
        DiffSyntaxError, TooLargeError: it cannot be read.
    """
    return parse_diff(data)
