"""A byte order mark at the start, as some editors write it."""

from __future__ import annotations

from dataclasses import replace

from backwright.catalog.dialects._draft import Draft, Repair, Stage

CODE = "BYTE_ORDER_MARK"


def _mend(draft: Draft) -> Draft:
    if not draft.text.startswith("\ufeff"):
        return draft
    told = draft.told(CODE, 1, "the byte order mark at the start was taken off", "save the file as UTF-8 without BOM")
    return replace(told, text=draft.text.lstrip("\ufeff"))


REPAIR = Repair(CODE, Stage.TEXT, _mend)
