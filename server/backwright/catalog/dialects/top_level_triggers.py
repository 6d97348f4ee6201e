"""Keywords as a field of their own: `triggers:`, `keywords:`, `tags:`, as a list or with commas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from backwright._strict_yaml import JSON
from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text, distinct, terms

CODE = "TOP_LEVEL_TRIGGERS"

STRONG: Final = ("triggers", "trigger", "keywords")
WEAK: Final = ("tags", "categories", "category")


def _mend(draft: Draft) -> Draft:
    found = [name for name in (*STRONG, *WEAK) if name in draft.fields]
    for name in found:
        words = terms(_words(draft.fields[name]))
        kept = "metadata.triggers" if name in STRONG else "triggers.yaml, as weak words"
        message = f"{name} is no field of a skill; its words went to {kept}; words: {len(words)}"
        draft = draft.told(CODE, draft.line_of(name), message, "write metadata.triggers: one text with commas")
        weak = () if name in STRONG else words
        draft = replace(draft.with_keywords(words if name in STRONG else ()), weak=distinct((*draft.weak, *weak)))
    return draft.with_fields(draft.without(*found)) if found else draft


def _words(value: JSON) -> Iterator[str]:
    """The words of a field: each of a list, of a mapping its values, of a text what stands between commas."""
    if isinstance(value, list):
        for part in value:
            yield from _words(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str) and name in {"pattern", "regex"}:
                continue
            yield from _words(part) if isinstance(part, list | dict | str) else ()
    elif value is not None and not isinstance(value, bool):
        yield from as_text(value).replace("\n", ",").split(",")


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
