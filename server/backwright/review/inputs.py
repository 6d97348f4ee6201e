"""A change as it is handed over in a file or as text, whatever tool wrote it."""

from __future__ import annotations

import re

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review._forge_json import read_forge_json
from backwright.review._mail import decode_mails
from backwright.review._series import join_parts
from backwright.review.diff import MAX_DIFF_BYTES, Diff, decode_diff, parse_parts

_JSON = ("[", "{")
_OF_DIFF = re.compile(r"^(?:diff --|--- |@@ )", re.MULTILINE)


def read_change(data: bytes) -> Diff:
    """Read a change: a diff, a series of patches, which becomes one change, or the JSON of a forge's API.

    Which of them it is, its own beginning says.

    Raises:
        DiffSyntaxError: it is none of these, or is damaged.
        TooLargeError: more than `MAX_DIFF_BYTES`.
    """
    if len(data) > MAX_DIFF_BYTES:
        raise TooLargeError("the diff", size=len(data), limit=MAX_DIFF_BYTES)
    if decode_diff(data[:4096]).lstrip().startswith(_JSON):
        text = decode_diff(data)
        try:
            return read_forge_json(text)
        except DiffSyntaxError:
            # Prose before a diff may start with a bracket as well.
            if _OF_DIFF.search(text) is None:
                raise
    return join_parts(parse_parts(decode_mails(data)))
