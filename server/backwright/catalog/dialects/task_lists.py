"""Task lists, wherever they stand (`- [ ] tests added`), and what is under "Verify" or "Definition of done"."""

from __future__ import annotations

import re
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage
from backwright.catalog.dialects._items import with_items
from backwright.catalog.dialects._markdown import list_items, sections

CODE = "TASK_LIST"

_CHECKS: Final = re.compile(
    r"(?:verify|verification|definition of done|acceptance criteria|done when|.*\bchecklist)", re.IGNORECASE
)


def _mend(draft: Draft) -> Draft:
    for section in sections(draft.body):
        items = list(list_items(section.lines))
        boxed = [item for item in items if item.box]
        found = boxed or (items if _CHECKS.fullmatch(section.title) else [])
        draft = with_items(draft, CODE, found, f"the list under '{section.title}'" if section.title else "a list")
    return draft


REPAIR = Repair(CODE, Stage.CHECKLIST, _mend)
