"""What a check is, and what it is given to look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from backwright._hidden import printable
from backwright.catalog.problem import Problem
from backwright.catalog.skill import CHECKLIST_YAML, SKILL_MD, TRIGGERS_YAML, Skill, SkillFile

MAX_LINE: Final = 10_000
"""Characters that a pattern is tried on at once. A longer line is looked at in pieces that overlap."""
OVERLAP: Final = 1_000
ORIGINAL: Final = "original/"

_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_INLINE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MARKDOWN = (".md", ".mdc", ".markdown", ".txt")


@dataclass(frozen=True)
class Text:
    """A text file of a skill.

    Args:
        name: its path in the skill.
        lines: without their ends.
    """

    name: str
    lines: tuple[str, ...]

    @property
    def is_markdown(self) -> bool:
        """Whether a reader sees it rendered."""
        return self.name.endswith(_MARKDOWN)

    @cached_property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """The lines outside fenced code with their numbers, in pieces of a bounded length; inline code is blanked."""
        outside = self._outside()
        return tuple((number, _INLINE.sub(" ", piece)) for number, line in outside for piece in _pieces(line))

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Every line with its number, in pieces of a bounded length."""
        for number, line in enumerate(self.lines, 1):
            for piece in _pieces(line):
                yield number, piece

    def _outside(self) -> Iterator[tuple[int, str]]:
        fence = ""
        for number, line in enumerate(self.lines, 1):
            match = _FENCE.match(line) if self.is_markdown else None
            if match is None:
                if not fence:
                    yield number, line
            elif not fence:
                fence = match[1]
            elif match[1].startswith(fence) and not line.strip(" `~"):
                fence = ""


def _pieces(line: str) -> Iterator[str]:
    if len(line) <= MAX_LINE:
        yield line
        return
    for start in range(0, len(line), MAX_LINE - OVERLAP):
        yield line[start : start + MAX_LINE]


@dataclass(frozen=True)
class Subject:
    """A skill as a lint sees it.

    Args:
        skill: it.
        folder: how messages call its folder.
        places: how messages call a file that is not `<folder>/<path>`.
    """

    skill: Skill
    folder: str
    places: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Its text files. Of a skill that was mended the original is looked at, and not what was made of it."""
        made = {SKILL_MD, TRIGGERS_YAML, CHECKLIST_YAML} if self.document != SKILL_MD else set()
        found = (_text(file) for file in self.skill.files if file.path not in made)
        return tuple(text for text in found if text is not None)

    @cached_property
    def document(self) -> str:
        """The file that its author wrote as SKILL.md."""
        yaml = (f"{ORIGINAL}{TRIGGERS_YAML}", f"{ORIGINAL}{CHECKLIST_YAML}")
        kept = [file.path for file in self.skill.files if file.path.startswith(ORIGINAL) and file.path not in yaml]
        return kept[0] if len(kept) == 1 else SKILL_MD

    def place(self, name: str) -> str:
        """How messages call a file."""
        return printable(self.places.get(name, f"{self.folder}/{name}"))

    def line_of(self, start: str) -> int | None:
        """The line of the document that starts so."""
        text = next((text for text in self.texts if text.name == self.document), None)
        return next((number for number, line in text.numbered() if line.startswith(start)), None) if text else None


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: the file (its path in the skill), the line, and what is there."""

    name: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check, declared as `CHECK` by the module that is named for what it finds.

    Args:
        code: of its problems; stable.
        kind: whether it finds what may be hostile, or what is not well made.
        summary: what it finds, one sentence.
        fix: what to do, in the imperative.
        find: looks at one skill; the others are there to be compared with it, in the order of their names.
        severity: of its problems; a `note` is no failure.
    """

    code: str
    kind: Literal["hostile", "quality"]
    summary: str
    fix: str
    find: Callable[[Subject, Sequence[Subject]], Iterable[Found]]
    severity: Literal["warning", "note"] = "warning"

    def problems(self, subject: Subject, all_subjects: Sequence[Subject]) -> Iterator[Problem]:
        """Its problems with one skill."""
        # What lies where two pieces of a line overlap is found twice.
        for found in dict.fromkeys(self.find(subject, all_subjects)):
            place = subject.place(found.name)
            yield Problem(self.code, self.severity, place, found.line, printable(found.message, 300), self.fix)


def _text(file: SkillFile) -> Text | None:
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else Text(file.path, tuple(line.removesuffix("\r") for line in text.split("\n")))


def matches(subject: Subject, pattern: re.Pattern[str], message: str, *, code_too: bool = False) -> Iterator[Found]:
    """A find for each line of the Markdown files that a pattern is in; `{}` in the message is what it matched.

    Args:
        subject: what is looked at.
        pattern: what is looked for.
        message: what is said of it.
        code_too: also in code, for what a model reads alike there.
    """
    for text in subject.texts:
        for number, line in text.numbered() if code_too else text.prose:
            match = pattern.search(line)
            if match is not None:
                yield Found(text.name, number, message.format(repr(match[0][:80])))
