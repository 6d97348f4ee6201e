"""Keywords for a skill that declares none: its name and its title, and nothing that would be a guess."""

from __future__ import annotations

import re

from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text, terms
from backwright.catalog.dialects.name import subject

CODE = "OWN_KEYWORDS"

_HASHED = re.compile(r"skill [0-9a-f]{8}")


def _mend(draft: Draft) -> Draft:
    given = draft.metadata().get("triggers")
    if given is not None:
        # Of keywords that were there already, only the form can be wrong.
        draft = draft.with_keywords(as_text(given).split(","))
        if [" ".join(word.split()) for word in as_text(given).split(",")] != list(draft.keywords):
            message = f"metadata.triggers is now: {', '.join(draft.keywords)}"
            fix = "write distinct keywords with one comma between two"
            draft = draft.told(CODE, draft.line_of("metadata"), message, fix)
    if not draft.keywords:
        named = as_text(draft.fields.get("name", "")).replace("-", " ")
        title = subject(draft.title()).lower()
        # One plain word as a title is often "Rules" or "Overview"; in other scripts, blanks do not part words.
        words = [title] if " " in title or not title.isascii() else []
        draft = draft.with_keywords(terms([*([] if _HASHED.fullmatch(named) else [named]), *words]))
        message = f"there were no keywords; the name and the title are: {', '.join(draft.keywords)}"
        draft = draft.told(CODE, None, message, "write metadata.triggers: what a user would say, with commas")
    if not draft.keywords:
        return draft
    return draft.with_fields({**draft.fields, "metadata": {**draft.metadata(), "triggers": ", ".join(draft.keywords)}})


REPAIR = Repair(CODE, Stage.REST, _mend)
