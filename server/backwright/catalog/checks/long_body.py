"""A body that is too long to be read each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

MAX_LINES: Final = 500
MAX_TOKENS: Final = 5_000
_BYTES_A_TOKEN: Final = 4


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    body = subject.skill.body
    lines, tokens = body.count("\n") + 1, -(-len(body.encode()) // _BYTES_A_TOKEN)
    if lines >= MAX_LINES:
        yield Found(subject.document, None, f"the body has {lines} lines; {MAX_LINES} are too many")
    if tokens > MAX_TOKENS:
        yield Found(subject.document, None, f"the body has about {tokens} tokens; the limit is {MAX_TOKENS}")


CHECK = Check(
    "LONG_BODY",
    "quality",
    "A body of 500 lines or more, or of more than 5,000 tokens.",
    "move what is not always needed into references/",
    _find,
)
