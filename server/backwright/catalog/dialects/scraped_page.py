"""The text of a web page about a skill: headings without marks, tables without columns, the page's own furniture.

Nothing is thrown away. What belongs to the page and not to the skill goes to the end, under a heading that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from backwright.catalog.dialects._draft import Draft, Line, Repair, Stage
from backwright.catalog.dialects._markdown import heading, prose
from backwright.catalog.skill import MAX_NAME, NAME

CODE = "SCRAPED_PAGE"
AROUND: Final = "From the page around it"

_TOP: Final = frozenset({"installation", "install", "skill.md", "copy", "raw", "view on github", "readme.md"})
_BOTTOM: Final = frozenset({"related skills", "installs", "weekly installs", "github stars", "first seen"})
_TOP_LINES: Final = 12
_BOTTOM_LINES: Final = 40
_TITLE = re.compile(r"[^\W\d_][^.:;!?,]{1,70}")
_CODE = re.compile(r"(?:from|import|def|class|async|return|with|for|if)\b.*[:()\w]$|@\w|\S+\s*=\s*\S|[\w.-]+/$|[})\]]")
_LIST = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\S")


def _mend(draft: Draft) -> Draft:
    if draft.head is not None or any(line.text.startswith("#") and heading(line.text) for line in prose(draft.body)):
        return draft
    top, body, bottom = _furniture(draft.body)
    if not top and not bottom:
        return draft
    draft = _named(_told_of_furniture(draft, top, bottom), top)
    blocks = [block for block in _blocks(body) if block[0].text.strip()]
    marked: list[Line] = []
    for index, block in enumerate(blocks):
        kind = _kind(block, first=index == 0)
        if kind == "table":
            message = "a table lost its columns; its rows became list items"
            draft = draft.told(CODE, block[0].number, message, "write the table as Markdown")
        marked += [*([Line(0, "")] if marked and not _continues(marked, block) else []), *_marked(block, kind)]
    titles = [line.number for line in marked if line.text.startswith("## ")]
    if titles:
        message = f"lines that stand alone became headings; lines: {len(titles)}"
        draft = draft.told(CODE, titles[0], message, "mark headings with #")
    return replace(draft, body=(*marked, *_around([*top, *bottom])))


def _furniture(body: tuple[Line, ...]) -> tuple[list[Line], list[Line], list[Line]]:
    """What stands above the skill, the skill, and what stands below it."""
    lines = list(body)
    marks = [at for at, line in enumerate(lines[:_TOP_LINES]) if line.text.strip().casefold() in _TOP]
    start = marks[-1] + 1 if marks else 0
    floor = max(start, len(lines) - _BOTTOM_LINES)
    ends = [at for at in range(floor, len(lines)) if lines[at].text.strip().casefold() in _BOTTOM]
    end = ends[0] if ends else len(lines)
    return lines[:start], lines[start:end], lines[end:]


def _told_of_furniture(draft: Draft, top: list[Line], bottom: list[Line]) -> Draft:
    for lines, where in ((top, "above"), (bottom, "below")):
        shown = [line for line in lines if line.text.strip()]
        if shown:
            words = " | ".join(line.text.strip() for line in shown)
            message = f"the page's own text {where} the skill went to the end: {words}"
            draft = draft.told(CODE, shown[0].number, message, "copy the skill's file and not the page")
    return draft


def _named(draft: Draft, top: list[Line]) -> Draft:
    """The draft with the name that the page says above its marks."""
    name = next((line.text.strip() for line in top if NAME.fullmatch(line.text.strip())), None)
    if name is None or len(name) > MAX_NAME or name in _TOP:
        return draft
    return draft.with_fields({"name": name, **draft.fields})


def _blocks(lines: list[Line]) -> Iterator[list[Line]]:
    """Lines of one kind that stand together: a blank line or the start or the end of a list parts them."""

    def kind(line: Line) -> str:
        return "blank" if not line.text.strip() else "list" if _LIST.match(line.text) else "text"

    for _, block in groupby(lines, key=kind):
        yield list(block)


def _kind(block: list[Line], *, first: bool) -> str:
    texts = [line.text for line in block]
    if _LIST.match(texts[0]):
        return "list"
    if len(texts) == 1:
        alone = _TITLE.fullmatch(texts[0].strip()) is not None
        return ("title" if first else "heading") if alone else "text"
    if any(text.startswith(("    ", "\t")) for text in texts) or all(_CODE.match(text) for text in texts):
        return "code"
    return "text" if any(text.rstrip().endswith((".", ":", "!", "?", ",")) for text in texts) else "table"


def _marked(block: list[Line], kind: str) -> list[Line]:
    if kind == "code":
        return [Line(0, "```"), *block, Line(0, "```")]
    mark = {"title": "# ", "heading": "## ", "table": "- "}.get(kind, "")
    return [Line(line.number, mark + line.text.strip()) if mark else line for line in block]


def _continues(before: list[Line], block: list[Line]) -> bool:
    """Whether a list goes on: rows of a table that become items stand before its other items."""
    return bool(_LIST.match(before[-1].text)) and bool(_LIST.match(block[0].text))


def _around(lines: list[Line]) -> list[Line]:
    shown = [line for line in lines if line.text.strip()]
    if not shown:
        return []
    return [Line(0, ""), Line(0, f"## {AROUND}"), Line(0, ""), *(Line(n.number, f"- {n.text.strip()}") for n in shown)]


REPAIR = Repair(CODE, Stage.PAGE, _mend)
