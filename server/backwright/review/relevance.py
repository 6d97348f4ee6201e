"""Which checklists a change calls for: those whose subject its own code shows, and those that have no such subject.

What names a subject are the terms that lead a request to the skill, as far as they are code: `asyncio`, `APIRouter`,
`response_model`. They show in what a changed file imports, in names on added lines, and in the path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from backwright.review.diff import FileDiff, FileStatus

GENERAL: Final = "any change"
_SHOWN: Final = 12
_TERM = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEXT = re.compile(r""""[^"]*"|'[^']*'|#.*""")
_ASYNC = re.compile(r"\basync[ \t]+(def|for|with)\b")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a skill is about, as far as code can show it.

    Args:
        skill: its name.
        version: of the skill.
        strong: what names the subject: keywords, phrases and the packages that the skill is for.
        weak: words that name it only as a folder or a file.
        general: whether it is about any change.
    """

    skill: str
    version: str
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    general: bool = False

    @property
    def label(self) -> str:
        """The name and the version."""
        return f"{self.skill} {self.version}"


@dataclass(slots=True)
class Signs:
    """What the Python of a change shows, in lower case, each with the first path that shows it."""

    modules: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


def signs_of(files: Iterable[FileDiff], read: Callable[[str], bytes | None]) -> Signs:
    """The signs of a change.

    Args:
        files: its files.
        read: the bytes of one after the change, or None; then its hunks have to do.
    """
    signs = Signs()
    for file in files:
        if not file.path.endswith(".py") or file.status is FileStatus.DELETED or not file.added:
            continue
        # A skill about the language is about every such file.
        signs.names.setdefault("python", file.path)
        data = read(file.path)
        shown = "\n".join(line.text for hunk in file.hunks for line in hunk.lines if line.new is not None)
        for module in _modules(shown if data is None else data.decode("utf-8", "replace")):
            signs.modules.setdefault(module, file.path)
        for name in _names(line.text for hunk in file.hunks for line in hunk.added):
            signs.names.setdefault(name, file.path)
        path = PurePosixPath(file.path)
        for part in (*path.parts[:-1], path.stem):
            signs.parts.setdefault(part.lower(), file.path)
    return signs


def shown_by(topic: Topic, signs: Signs) -> str | None:
    """How a change shows the subject of a topic, or None where it does not."""
    strong = [term for written in topic.strong if (term := _code(written)) is not None]
    if topic.general or not strong:
        return GENERAL
    for term in strong:
        if term in signs.modules:
            return f"{term} imported in {signs.modules[term]}"
    for term in strong:
        if term in signs.names:
            return f"{term.replace('async_', 'async ')} in {signs.names[term]}"
    for term in (*strong, *(word for word in map(str.lower, topic.weak) if _TERM.fullmatch(word))):
        for form in (term, f"{term}s"):
            if form in signs.parts:
                return f"the path {signs.parts[form]}"
    return None


def told(chosen: Sequence[tuple[Topic, str]], left: Sequence[Topic]) -> str:
    """One sentence on which checklists apply, why, and which do not."""
    those = [f"{topic.label} ({why})" for topic, why in chosen]
    return f"checklists: {_listed(those) or 'none'}" + (
        f"; not chosen: {_listed([topic.label for topic in left])}" if left else ""
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _code(term: str) -> str | None:
    """A term as code would have it; None for prose."""
    text = term.lower()
    if text in {"async def", "async for", "async with"}:
        return text.replace(" ", "_")
    return text if _TERM.fullmatch(text) else None


def _modules(text: str) -> Iterator[str]:
    """The modules that a text imports, with the packages that hold them."""
    for one, several in _IMPORT.findall(text):
        for written in (one, *several.split(",")):
            parts = written.split()[:1]
            pieces = parts[0].lower().split(".") if parts else []
            yield from (".".join(pieces[:end]) for end in range(1, len(pieces) + 1))


def _names(texts: Iterable[str]) -> Iterator[str]:
    """The names on some lines that no prose would hold: with an underscore, a dot or a capital inside."""
    for text in texts:
        code = _TEXT.sub("", text)
        for name in _NAME.findall(code):
            for part in (name, *name.split(".")):
                if "_" in part.strip("_") or "." in part or any(letter.isupper() for letter in part):
                    yield part.lower()
        yield from (f"async_{word}" for word in _ASYNC.findall(code))
