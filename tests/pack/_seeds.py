"""The headings of the seed documents, so that none of their subjects is lost on the way."""

from __future__ import annotations

import re
from pathlib import Path

_MARKDOWN = re.compile(r"(?:#{1,6}\s+|[0-9]\) )(?P<title>.+)")
# One seed lost its marks when it was pasted: a heading stands alone between blank lines, short, without an end.
_PLAIN = re.compile(r"[A-Z][A-Za-z &]{2,40}")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")


def headings(path: Path) -> tuple[str, ...]:
    """The headings and numbered steps of one seed in order, without decoration; comments in code are none."""
    text = path.read_text(encoding="utf-8")
    whole = frozenset(line.strip() for line in text.splitlines())
    lines = [" ".join(_NOT_ASCII.sub(" ", line).split()) for line in text.splitlines()]
    found: list[str] = []
    fenced = False
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            continue
        elif mark := _MARKDOWN.fullmatch(line):
            found.append(mark["title"].strip())
        elif not before and not after and line in whole and _PLAIN.fullmatch(line):
            found.append(line)
    return tuple(found)
