"""The version: `metadata.version`, in full, or 0.1.0."""

from __future__ import annotations

import re
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text
from backwright.catalog.version import Version
from backwright.errors import InvalidVersionError

CODE = "VERSION"
FIRST: Final = "0.1.0"

_PARTIAL = re.compile(r"[vV]?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?")


def _mend(draft: Draft) -> Draft:
    given = draft.metadata().get("version", draft.fields.get("version"))
    text = "" if given is None else as_text(given).strip()
    found = _full(text) or FIRST
    if found == draft.metadata().get("version"):
        return draft
    if not text:
        message = f"there was no version; it is {FIRST}"
    elif found == text:
        message = f"the version {text} went to metadata.version"
    else:
        message = f"the version {text!r} is written in full as {found}" if _full(text) else f"{text!r} is no version"
    draft = draft.told(
        CODE, draft.line_of("version") or draft.line_of("metadata") or 1, message, f'write version: "{found}"'
    )
    notes = {**draft.metadata(), "version": found}
    if text and found == FIRST != text:
        notes["original-version"] = text
    return draft.with_fields({**draft.without("version"), "metadata": notes})


def _full(text: str) -> str | None:
    try:
        return str(Version.parse(text))
    except InvalidVersionError:
        match = _PARTIAL.fullmatch(text)
        return None if match is None else ".".join(str(int(part or 0)) for part in match.groups())


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
