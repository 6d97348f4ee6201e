"""As much Markdown as an import needs: headings, lists and what lies outside code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from backwright.catalog.dialects._draft import MAX_DERIVED, Line, shown

_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(.*?)[ \t#]*")
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)([^*_]+?):?(?:\*\*|__):?\s*")
_LABEL = re.compile(r"\s*([A-Z][\w' /&-]{2,40}):\s*")
_MAX_HEADING = 300
_CROSSES = "❌✗✘🚫⛔✖"
_START = r"[ \t]*(?:[-*+\u2022\u2023\u25aa\u2013]|\d{1,3}[.)])[ \t]+"
_MARKER = re.compile(rf"(?:{_START})?[ \t]*(?P<cross>[{_CROSSES}]\ufe0f?[ \t]*)?(?P<text>.*)")
_BULLET = re.compile(rf"{_START}\S")
_BOX = re.compile(r"\[( |x|X)\][ \t]+(?P<text>.*)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_PLAIN = re.compile(r"[\t -)+-Z\\\]^a-~]*")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a list with what continues it.

    Args:
        line: its first line in the file.
        text: its words, on one line.
        box: whether it starts with `[ ]` or `[x]`.
        cross: whether it starts with a mark that says "not so".
    """

    line: int
    text: str
    box: bool
    cross: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the line that it stands on, and what stands under it up to the next one."""

    title: str
    line: int
    lines: tuple[Line, ...]


def prose(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines outside fenced code."""
    fence = ""
    for line in lines:
        match = _FENCE.match(line.text)
        if match is None:
            if not fence:
                yield line
        elif not fence:
            fence = match[1]
        elif match[1].startswith(fence) and not line.text.strip(" `~"):
            fence = ""


def heading(text: str) -> str | None:
    """The title of a line that is a heading: `## Title`, or `**Title:**` alone."""
    if len(text) > _MAX_HEADING:
        return None
    match = _ATX.fullmatch(text) or _BOLD_LINE.fullmatch(text)
    return None if match is None or not match[1].strip() else match[1].strip()


def sections(lines: Iterable[Line]) -> tuple[Section, ...]:
    """The sections of a body; what stands before the first heading has an empty title.

    A line such as `Constraints:` alone is a heading here, because lists stand under it.
    """
    found: list[tuple[str, int, list[Line]]] = [("", 0, [])]
    for line in prose(lines):
        label = _LABEL.fullmatch(line.text)
        title = heading(line.text) or (label[1] if label else None)
        if title is None:
            found[-1][2].append(line)
        else:
            found.append((plain(title), line.number, []))
    return tuple(Section(title, number, tuple(inside)) for title, number, inside in found)


def list_items(lines: Iterable[Line]) -> Iterator[ListItem]:
    """The items of all lists, nested ones too, each with the lines that continue it."""
    current: ListItem | None = None
    for line in lines:
        match = _MARKER.fullmatch(line.text)
        starts = _BULLET.match(line.text) is not None or (match is not None and match["cross"] is not None)
        if starts and match is not None:
            if current is not None:
                yield current
            box = _BOX.fullmatch(match["text"])
            text = box["text"] if box else match["text"]
            current = ListItem(line.number, plain(text), box is not None, match["cross"] is not None)
        elif current is not None and line.text.startswith((" ", "\t")) and line.text.strip():
            if len(current.text) < MAX_DERIVED:
                current = replace(current, text=f"{current.text} {plain(line.text)}")
        elif current is not None:
            yield current
            current = None
    if current is not None:
        yield current


def plain(text: str) -> str:
    """A line without emphasis, link targets and what cannot be seen; backticks stay."""
    if _PLAIN.fullmatch(text):
        return " ".join(text[:MAX_DERIVED].split())
    parts = _LINK.sub(r"\1", shown(text)).split("`")
    # Between backticks nothing is a mark.
    parts[::2] = [_MARKS.sub("", part) for part in parts[::2]]
    return " ".join("`".join(parts).split())
