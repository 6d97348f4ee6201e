"""Lists of constraints: those of their sentences that order something. The others describe, and stay in the text."""

from __future__ import annotations

import re
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage
from backwright.catalog.dialects._items import with_items
from backwright.catalog.dialects._markdown import list_items, sections

CODE = "CONSTRAINTS"

_SECTION: Final = re.compile(
    r".*\b(?:constraints?|guardrails|requirements|must(?:s| haves?)?|discipline|(?:hard|coding|code) rules|rules"
    r"|output expectations|conventions)\b.*",
    re.IGNORECASE,
)
_NOT_OF_CODE: Final = re.compile(r".*\b(?:token|saving|response|reply|communication)\b.*", re.IGNORECASE)
_ORDERS: Final = re.compile(
    r"(?:always|never|must|do not|don't|only|no|avoid|use|prefer|keep|add|write|update|document|validate|handle|return"
    r"|raise|test|cover|run|ensure|make|follow|include|define|log|set|check|limit|require|treat|separate|register"
    r"|pin|format|type|declare|close|await|catch|convert|store|version|name|put|move|inject|expose|bound)\b",
    re.IGNORECASE,
)


def _mend(draft: Draft) -> Draft:
    for section in sections(draft.body):
        if not _SECTION.fullmatch(section.title) or _NOT_OF_CODE.fullmatch(section.title):
            continue
        found = [item for item in list_items(section.lines) if _ORDERS.match(item.text) and not item.box]
        draft = with_items(draft, CODE, found, f"orders under '{section.title}'")
    return draft


REPAIR = Repair(CODE, Stage.CHECKLIST, _mend)
