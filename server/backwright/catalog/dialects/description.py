"""The description: from the purpose line, the first paragraph or the headings where there is none; never too long."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from backwright.catalog.dialects._draft import Draft, Line, Repair, Stage, as_text, cut, shown
from backwright.catalog.dialects._markdown import heading, list_items, plain, prose
from backwright.catalog.dialects.scraped_page import AROUND
from backwright.catalog.validate import MAX_DESCRIPTION

CODE = "DESCRIPTION"
IN_FULL: Final = "Description in full"

_PURPOSE = re.compile(
    r"\s*(?:[*_]{0,2})(?:purpose|description|goal|summary|overview|about)(?:[*_]{0,2})\s*[:-]\s*(?:[*_]{0,2})\s*(?P<text>\S.*)",
    re.IGNORECASE,
)
_NO_PARAGRAPH = re.compile(r"\s*(?:[-*+>|#]|\d{1,3}[.)]\s|$|```)")
_MOST_HEADINGS = 12


def _mend(draft: Draft) -> Draft:
    given = draft.fields.get("description")
    text = " ".join(as_text(given).split()) if given is not None else ""
    if not text:
        text, line = _derived(draft)
        message = f"there was no description; it is now: {cut(text, 120)}"
        draft = draft.told(CODE, line, message, "write description: what it is for, and when to use it")
    elif not isinstance(given, str):
        draft = draft.told(CODE, draft.line_of("description"), "the description was no text", "write it as one text")
    if len(text) > MAX_DESCRIPTION:
        draft = _cut(draft, text)
        text = cut(text, MAX_DESCRIPTION)
    return draft.with_fields({**draft.fields, "description": text})


def _cut(draft: Draft, text: str) -> Draft:
    message = f"the description had {len(text)} characters and was cut; all of it stands at the end of the body"
    fix = f"write at most {MAX_DESCRIPTION} characters; details belong into the body"
    draft = draft.told(CODE, draft.line_of("description"), message, fix)
    more = (Line(0, ""), Line(0, f"## {IN_FULL}"), Line(0, ""), Line(0, text))
    return replace(draft, body=(*draft.body, *more))


def _derived(draft: Draft) -> tuple[str, int | None]:
    """A description from the body, and the line that it is from."""
    outside = list(prose(draft.body))
    for line in outside:
        match = _PURPOSE.fullmatch(line.text)
        if match is not None:
            return plain(match["text"]), line.number
    for line in outside:
        if not _NO_PARAGRAPH.match(line.text) and heading(line.text) is None and " " in line.text.strip():
            paragraph = plain(line.text)
            if paragraph.endswith((".", "!", "。", "؟", "।")) or not _titles(draft):
                return paragraph, line.number
            break
    return _from_headings(draft)


def _from_headings(draft: Draft) -> tuple[str, int | None]:
    title, titles = shown(draft.title()), _titles(draft)
    listed = ", ".join(titles[:_MOST_HEADINGS])
    if not listed:
        listed = ", ".join(item.text for item in list(list_items(prose(draft.body)))[:_MOST_HEADINGS])
    text = f"{title}: {listed}." if title and listed else title or listed
    return text or f"Instructions from {draft.stem}.", next(
        (line.number for line in draft.body if line.text.strip()), None
    )


def _titles(draft: Draft) -> list[str]:
    found = [plain(title) for line in prose(draft.body) if (title := heading(line.text)) is not None]
    without = {draft.title(), AROUND}
    return [title for title in found if title not in without]


REPAIR = Repair(CODE, Stage.FIELDS, _mend)
