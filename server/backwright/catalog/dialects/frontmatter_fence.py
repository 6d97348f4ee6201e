"""Frontmatter that does not start on the first line, or that nobody closed."""

from __future__ import annotations

import re
from dataclasses import replace

from backwright.catalog.dialects._draft import Draft, Repair, Stage

CODE = "FRONTMATTER_FENCE"

_FENCE = re.compile(r"---[ \t]*")
_FIELD = re.compile(r"[A-Za-z][\w-]*:(?:[ \t].*)?|[ \t]+\S.*|-[ \t].*")
_MOST = 200


def _mend(draft: Draft) -> Draft:
    lines = draft.text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not _FENCE.fullmatch(lines[first]):
        return draft
    closed = any(_FENCE.fullmatch(line) for line in lines[first + 1 :])
    last = first + 1
    while last < len(lines) and last - first <= _MOST and _FIELD.fullmatch(lines[last]):
        last += 1
    if not closed and last == first + 1:
        # A rule across the page, and no frontmatter.
        return draft
    if not closed:
        draft = draft.told(CODE, last + 1, "the frontmatter was not closed; it ends here", "add a line --- behind it")
        lines.insert(last, "---")
    if first:
        draft = draft.told(
            CODE, first + 1, "blank lines before the frontmatter were taken off", "start the file with ---"
        )
    return replace(draft, text="\n".join(lines[first:]), head_line=first + 2)


REPAIR = Repair(CODE, Stage.TEXT, _mend)
