"""Lists of what must not be: "Anti-patterns", "Common mistakes", and lines that start with a cross."""

from __future__ import annotations

import re
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage
from backwright.catalog.dialects._items import with_items
from backwright.catalog.dialects._markdown import list_items, sections

CODE = "ANTI_PATTERNS"

_AVOID: Final = re.compile(
    r".*\b(?:anti-?\s?patterns?|pitfalls?|common mistakes|what to avoid|things to avoid|avoid|don'?ts|never do)\b.*",
    re.IGNORECASE,
)


def _mend(draft: Draft) -> Draft:
    for section in sections(draft.body):
        listed = _AVOID.fullmatch(section.title) is not None
        found = [item for item in list_items(section.lines) if (listed or item.cross) and not item.box]
        where = f"the list under '{section.title}'" if section.title else "a list"
        draft = with_items(draft, CODE, found, where, avoid=True)
    return draft


REPAIR = Repair(CODE, Stage.CHECKLIST, _mend)
