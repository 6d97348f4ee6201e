"""Bullets as word processors and web pages draw them: `•` for `-`."""

from __future__ import annotations

import re
from dataclasses import replace

from backwright.catalog.dialects._draft import Draft, Line, Repair, Stage
from backwright.catalog.dialects._markdown import prose

CODE = "BULLETS"

_BULLET = re.compile(r"(?P<indent>[ \t]*)[•‣▪◦][ \t]+(?=\S)")


def _mend(draft: Draft) -> Draft:
    outside = {line.number for line in prose(draft.body) if _BULLET.match(line.text)}
    if not outside:
        return draft
    message = f"bullets became list items; lines: {len(outside)}"
    told = draft.told(CODE, min(outside), message, "write lists with - at the start of a line")
    return replace(told, body=tuple(_listed(line) if line.number in outside else line for line in draft.body))


def _listed(line: Line) -> Line:
    match = _BULLET.match(line.text)
    if match is None:
        return line
    # Four blanks would make it code, and pages indent by two what is no deeper.
    indent = "" if len(match["indent"]) < 4 else "  "  # noqa: PLR2004  what Markdown takes for code
    return Line(line.number, f"{indent}- {line.text[match.end() :]}")


REPAIR = Repair(CODE, Stage.PAGE, _mend)
