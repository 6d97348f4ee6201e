"""The name: from the title or the file where there is none, and made of what a name may have."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from backwright._files import digest
from backwright.catalog.dialects._draft import Draft, Repair, Stage, as_text
from backwright.catalog.skill import MAX_NAME, NAME

CODE = "NAME"

_PREFIX: Final = re.compile(r"(?:skill|agent|rules?|cursor rules?)\s*[:-]\s+", re.IGNORECASE)
_PLAIN_STEM: Final = re.compile(r"(?:skill|readme|rules?|index)", re.IGNORECASE)
_APART = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _mend(draft: Draft) -> Draft:
    given = draft.fields.get("name")
    if isinstance(given, str) and NAME.fullmatch(given) and len(given) <= MAX_NAME:
        return draft
    written = "" if given is None else as_text(given).strip()
    name = slug(written or subject(draft.title()))
    source = f"{written!r} cannot be a name" if written else "there was no name"
    if not name:
        stem = draft.stem if not _PLAIN_STEM.fullmatch(draft.stem) else ""
        name = slug(stem) or hashed("skill", written or draft.title() or draft.stem)
    fix = "write name: with a-z, 0-9 and single hyphens between them"
    told = draft.told(CODE, draft.line_of("name") or 1, f"{source}; it is called {name}", fix)
    return told.with_fields({**draft.fields, "name": name})


def subject(title: str) -> str:
    """A title without `SKILL:` before it, and without words that are only signs or what is left of broken ones."""
    words = _PREFIX.sub("", title, count=1).split()
    return " ".join(word for word in words if any(_is_written(each) for each in word))


def _is_written(character: str) -> bool:
    """Whether a character is an ASCII letter or digit, or one of a script that has no capitals."""
    return character.isalnum() if character.isascii() else unicodedata.category(character) == "Lo"


def hashed(kind: str, text: str) -> str:
    """A name for a text that none can be made of, the same each time."""
    return f"{kind}-{digest(text.encode())[7:15]}"


def slug(text: str) -> str:
    """A text as a name, at most 64 characters, cut between words; empty where nothing of it can be in one."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("-", text[:500])).encode("ascii", "ignore").decode("ascii")
    name = _APART.sub("-", plain.lower()).strip("-")
    if len(name) <= MAX_NAME:
        return name
    head = name[: MAX_NAME + 1].rpartition("-")[0]
    return (head or name[:MAX_NAME]).strip("-")


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
