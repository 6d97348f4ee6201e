"""Rules files of editors: which files they are for, and whether they always apply."""

from __future__ import annotations

from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text

CODE = "RULES_FILE"

FIELDS: Final = {"globs": "globs", "applyTo": "globs", "paths": "globs", "alwaysApply": "always-apply"}


def _mend(draft: Draft) -> Draft:
    found = [name for name in FIELDS if name in draft.fields]
    for name in found:
        value, kept = draft.fields[name], FIELDS[name]
        message = f"{name} is no field of a skill; it is kept as metadata.{kept}"
        if name == "alwaysApply" and value is True:
            message += ", and the skill is loaded when it fits and not always"
        draft = draft.told(CODE, draft.line_of(name), message, f"write it under metadata as {kept}")
        if value is not None:
            draft = draft.noted(**{kept.replace("-", "_"): as_text(value)})
    return draft.with_fields(draft.without(*found)) if found else draft


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
