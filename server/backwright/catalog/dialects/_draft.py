"""A foreign skill on its way to ours: what each repair takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from backwright._hidden import find_hidden, printable
from backwright._strict_yaml import JSON
from backwright.catalog.problem import Problem
from backwright.catalog.skill import ChecklistItem

MAX_TERM: Final = 80
MAX_DERIVED: Final = 4_000
"""Characters of a line that anything is derived from: no more is read of what nobody wrote by hand."""


class Stage(IntEnum):
    """When a repair runs; the repairs of one stage run in the order of their codes."""

    TEXT = 1
    """on the whole text, before the frontmatter is cut off"""
    HEAD = 2
    """on the text of the frontmatter, before it is read"""
    PAGE = 3
    """on the structure of the body"""
    FIELDS = 4
    """on the fields, each for itself"""
    REST = 5
    """on what depends on all of them"""
    CHECKLIST = 6
    """adds checklist items and changes nothing else"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body and the line of the file that it stands on; 0 for one that the file does not have."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A foreign skill, as far as it is mended.

    Args:
        path: how messages call the document.
        stem: the name of its file or folder, for want of a better one.
        text: the whole document; of no use once it is split.
        head: the text of the frontmatter; None where there is none.
        head_line: the line of the file that it starts on.
        fields: the frontmatter.
        body: the rest.
        keywords: phrases that name its subject.
        phrases: longer ones.
        weak: words that add weight.
        items: its checklist.
        repairs: what was done so far.
    """

    path: str
    stem: str
    text: str = ""
    head: str | None = None
    head_line: int = 2
    fields: Mapping[str, JSON] = field(default_factory=dict)
    body: tuple[Line, ...] = ()
    keywords: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    items: tuple[ChecklistItem, ...] = ()
    repairs: tuple[Problem, ...] = ()

    def told(self, code: str, line: int | None, message: str, fix: str) -> Draft:
        """The same, with a word on what was done."""
        # An address of 0 is one that no reader can go to.
        problem = Problem(code, "warning", self.path, line or None, printable(message, 300), printable(fix, 300))
        return replace(self, repairs=(*self.repairs, problem))

    def with_fields(self, fields: Mapping[str, JSON]) -> Draft:
        """The same with other fields."""
        return replace(self, fields=dict(fields))

    def without(self, *names: str) -> dict[str, JSON]:
        """The fields but these."""
        return {name: value for name, value in self.fields.items() if name not in names}

    def metadata(self) -> dict[str, JSON]:
        """The field `metadata`, empty where it is no mapping."""
        found = self.fields.get("metadata")
        return dict(found) if isinstance(found, dict) else {}

    def noted(self, **notes: str) -> Draft:
        """The same with these strings under `metadata`; what is there already stays; `_` stands for `-`."""
        named = {name.replace("_", "-"): text for name, text in notes.items()}
        return self.with_fields({**self.fields, "metadata": {**named, **self.metadata()}})

    def with_keywords(self, words: Iterable[str]) -> Draft:
        """The same with more keywords, each of them once."""
        return replace(self, keywords=distinct((*self.keywords, *terms(words))))

    def line_of(self, name: str) -> int | None:
        """The line of a top-level field of the frontmatter."""
        for offset, text in enumerate((self.head or "").split("\n")):
            if text.startswith((f"{name}:", f'"{name}":', f"'{name}':")):
                return self.head_line + offset
        return None

    def title(self) -> str:
        """The first heading of the body, or its first line where it has none; empty where it is empty."""
        from backwright.catalog.dialects._markdown import heading, plain, prose

        lines = [line.text for line in prose(self.body) if line.text.strip()]
        found = next((title for text in lines if (title := heading(text)) is not None), None)
        return plain(found if found is not None else lines[0] if lines else "")


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair, declared as `REPAIR` by the module that is named for what it mends.

    Args:
        code: the code of its problems; stable.
        stage: when it runs.
        mend: gives the draft back as it is where there is nothing to mend.
    """

    code: str
    stage: Stage
    mend: Callable[[Draft], Draft]


def terms(words: Iterable[str]) -> tuple[str, ...]:
    """Words as keywords: without quotes, marks and what cannot be seen, none of them empty or too long."""
    cleaned = (
        " ".join(shown(word).replace(",", " ").split()).strip("`\"'*. \u201c\u201d\u2018\u2019") for word in words
    )
    return tuple(word for word in cleaned if 1 < len(word) <= MAX_TERM)


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The words in their order, each of them once whatever its case."""
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return tuple(found.values())


def shown(text: str) -> str:
    """A text without what a reader cannot see, for what we derive from it; the text itself is never changed."""
    text = text[:MAX_DERIVED]
    while (at := find_hidden(text)) is not None:
        text = text[:at] + " " + text[at + 1 :] if text[at] in "\r\u2028\u2029\x85" else text[:at] + text[at + 1 :]
    return text


def as_text(value: JSON) -> str:
    """A value of the frontmatter as one string."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ", ".join(as_text(part) for part in value)
    import json

    return json.dumps(value, ensure_ascii=False)


def cut(text: str, limit: int) -> str:
    """A text of at most so many characters, cut at a word's end."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return f"{(head.rpartition(' ')[0] or head).rstrip(' ,;:')}…"
