"""What is left in the frontmatter and no field of a skill: kept as strings under `metadata`."""

from __future__ import annotations

from backwright._strict_yaml import JSON
from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text
from backwright.catalog.validate import FIELDS, MAX_COMPATIBILITY, MAX_DESCRIPTION

CODE = "UNKNOWN_FIELD"

_LIMITS = {"license": MAX_DESCRIPTION, "allowed-tools": MAX_DESCRIPTION, "compatibility": MAX_COMPATIBILITY}


def _mend(draft: Draft) -> Draft:
    if not isinstance(draft.fields.get("metadata", {}), dict):
        message = "metadata was no mapping; it is kept as metadata.note"
        draft = draft.told(CODE, draft.line_of("metadata"), message, "write key: value lines under it")
        draft = draft.with_fields({**draft.fields, "metadata": {"note": as_text(draft.fields["metadata"])}})
    for name, value in draft.fields.items():
        if name not in FIELDS or (name in _LIMITS and not _fits(value, _LIMITS[name])):
            message = f"{name} is no field of a skill as it stands; it is kept under metadata"
            draft = draft.told(CODE, draft.line_of(name), message, "write it under metadata, as a string")
            draft = draft.with_fields({**draft.without(name), "metadata": {name: as_text(value), **draft.metadata()}})
    notes = draft.metadata()
    for name, value in notes.items():
        if not isinstance(value, str):
            message = f"metadata.{name} became a string"
            draft = draft.told(CODE, draft.line_of("metadata"), message, "put the value in quotes")
    return draft.with_fields({**draft.fields, "metadata": {name: as_text(value) for name, value in notes.items()}})


def _fits(value: JSON, limit: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= limit


REPAIR = Repair(CODE, Stage.REST, _mend)
