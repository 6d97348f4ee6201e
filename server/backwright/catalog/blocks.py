r"""The Markdown pages of a skill, read as a reader does: headings, links, fenced blocks and the versions they hold for.

The info string of a Python block says how it is checked, and every word of it is one of these:

    ```python                 starts a module that stands on its own: it is imported, with warnings as errors
    ```python continues       goes on with the module before it on the same page
    ```python test            a module with tests, run by pytest (`asyncio_mode = auto`)
    ```python continues test  goes on with the module before it and makes it one with tests
    ```python test postgres   a module with tests that need a server; `postgres_url` is an empty database of theirs
    ```python wrong           what not to do, alone: never run; each line that ends in a comment `# CODE: why` is found
                              by exactly that rule of the review, and no other line by any

A module's file has its code on the lines that the code has on the page, so that a traceback, a finding of mypy and
one of the review name the line of the page.

The versions stand in a sentence, for readers and programs alike: `Checked with FastAPI 0.165, sqlalchemy[asyncio] 2.1,
Python 3.11 to 3.13.` Names are those of the registry, in any case; `2.1` stands for every 2.1.x. What SKILL.md says
holds for its references too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from backwright.catalog.environment import normal
from backwright.catalog.skill import SKILL_MD, Skill

PYTHON: Final = "python"
WRONG: Final = "wrong"

_FENCE: Final = re.compile(r"(?P<marks>`{3,})(?P<info>[^`]*)")
_HEADING: Final = re.compile(r"#{1,6} (?P<title>.+)")
_LINK: Final = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FILE_NAME: Final = re.compile(r"[^a-z0-9]+")
_SENTENCE: Final = re.compile(r"\b(?:Checked with|Holds for) (?P<what>.+?)(?:[.;:](?=\s)|[.;:]?$)")
_NUMBER: Final = r"[0-9]+(?:\.[0-9]+)*"
_STATED: Final = re.compile(
    r"`?(?P<name>[A-Za-z][A-Za-z0-9._-]*)(?:\[(?P<extras>[a-z0-9,-]+)\])?`?"
    rf" (?P<low>{_NUMBER})(?: to (?P<high>{_NUMBER}))?"
)
_MARK: Final = re.compile(r"#\s*(?P<code>[A-Z]{1,10}[0-9]{1,5}): \S")
_WORDS: Final = frozenset({"continues", "postgres", "test"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A version or a span of versions that a page's blocks hold for.

    Args:
        name: of the distribution, normalised; `python` and `postgresql` are named as well.
        extras: of the distribution, which the blocks need.
        low: the lowest release; 2.1 holds every 2.1.x.
        high: the highest, in the same way.
    """

    name: str
    extras: tuple[str, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]

    def covers(self, version: str) -> bool:
        """Whether a version, as PEP 440 writes it, lies within."""
        release = _release(version)
        return bool(release) and self.low <= release and release[: len(self.high)] <= self.high

    def text(self) -> str:
        """The versions as a reader wrote them."""
        low, high = (".".join(map(str, each)) for each in (self.low, self.high))
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Args:
        line: the line of its first line of text, from 1.
        info: the words of its info string.
        lines: its text.
    """

    line: int
    info: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        """The first word of the info string, or nothing."""
        return self.info[0] if self.info else ""

    @property
    def text(self) -> str:
        """Its lines, each ended."""
        return "\n".join(self.lines) + "\n"

    @property
    def is_wrong(self) -> bool:
        """Whether it shows what not to do."""
        return self.language == PYTHON and WRONG in self.info

    def marks(self) -> tuple[tuple[str, int], ...]:
        """The rules that its comments name, each with the line of the page that it stands on."""
        found = ((number, _MARK.search(line)) for number, line in enumerate(self.lines, self.line))
        return tuple((mark["code"], number) for number, mark in found if mark is not None)


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file of a skill.

    Args:
        skill: its name.
        name: the path of the file in the skill.
        headings: their texts, in order.
        links: where they lead, in order.
        blocks: the fenced ones, in order.
        stated: the versions that the page names itself.
        faults: what is wrong with its fences: line and reason.
    """

    skill: str
    name: str
    headings: tuple[str, ...]
    links: tuple[str, ...]
    blocks: tuple[Block, ...]
    stated: tuple[Stated, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()

    @property
    def id(self) -> str:
        """`<skill>/<path>`."""
        return f"{self.skill}/{self.name}"

    def wrong(self) -> tuple[Block, ...]:
        """The blocks that show what not to do."""
        return tuple(block for block in self.blocks if block.is_wrong)

    def modules(self) -> Iterator[Module]:
        """Its Python blocks but the wrong ones, as modules, in order."""
        current: list[Block] = []
        for block in self.blocks:
            if block.language != PYTHON or block.is_wrong:
                continue
            if current and "continues" not in block.info:
                yield Module(self, tuple(current))
                current = []
            current.append(block)
        if current:
            yield Module(self, tuple(current))


@dataclass(frozen=True, slots=True)
class Module:
    """Python blocks of one page that belong together."""

    page: Page
    blocks: tuple[Block, ...]

    @property
    def line(self) -> int:
        """The line of the page that it starts on."""
        return self.blocks[0].line

    @property
    def id(self) -> str:
        """`<skill>/<path>:<line>`."""
        return f"{self.page.id}:{self.line}"

    @property
    def is_test(self) -> bool:
        """Whether it has tests."""
        return any("test" in block.info for block in self.blocks)

    @property
    def needs_postgres(self) -> bool:
        """Whether its tests need a PostgreSQL server."""
        return any("postgres" in block.info for block in self.blocks)

    @property
    def file_name(self) -> str:
        """A name for it that no other module of the pack has."""
        stem = _FILE_NAME.sub("_", self.page.id.removesuffix(".md").lower())
        return f"{'test_' if self.is_test else ''}{stem}_line_{self.line}.py"

    @property
    def text(self) -> str:
        """The code, each line on the line that it has on the page."""
        lines: list[str] = []
        for block in self.blocks:
            lines.extend([""] * (block.line - 1 - len(lines)))
            lines.extend(block.lines)
        return "\n".join(lines) + "\n"

    def imports(self) -> frozenset[str]:
        """The top-level names that it imports and that are not of the standard library; none if it does not parse."""
        try:
            tree = ast.parse(self.text)
        except (SyntaxError, ValueError):
            return frozenset()
        names = set[str]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
        return frozenset(name.partition(".")[0] for name in names) - sys.stdlib_module_names


@dataclass(slots=True)
class _Reading:
    """A page while it is read."""

    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def prose(self, line: str) -> None:
        """A line outside of every fence."""
        heading = _HEADING.fullmatch(line)
        self.headings.extend([heading["title"]] if heading else [])
        self.links.extend(found["target"] for found in _LINK.finditer(line))
        self.stated.extend(stated for sentence in _SENTENCE.finditer(line) for stated in _versions(sentence["what"]))

    def block(self, block: Block) -> None:
        """A block that was closed."""
        fault = _fault(block, [each for each in self.blocks if each.language == PYTHON and not each.is_wrong])
        if fault:
            self.faults.append((block.line - 1, fault))
        self.blocks.append(block)

    def page(self, skill: str, name: str) -> Page:
        """What was read."""
        found = tuple(self.headings), tuple(self.links), tuple(self.blocks), tuple(self.stated), tuple(self.faults)
        return Page(skill, name, *found)


def read_page(skill: str, name: str, text: str) -> Page:
    """A page and what is on it.

    Args:
        skill: the name of the skill.
        name: the path of the page in it.
        text: the page.
    """
    reading = _Reading()
    fence: re.Match[str] | None = None
    start = 0
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.fullmatch(line)
        if fence is None and mark is None:
            reading.prose(line)
        elif fence is None:
            fence, start = mark, number + 1
        elif mark is not None and mark["marks"] == fence["marks"] and not mark["info"]:
            reading.block(Block(start, tuple(fence["info"].split()), tuple(lines[start - 1 : number - 1])))
            fence = None
    if fence is not None:
        reading.faults.append((start - 1, "the block that starts here is not closed"))
    return reading.page(skill, name)


def pages_of(skill: Skill) -> tuple[Page, ...]:
    """The pages of a skill that a model reads: SKILL.md, then its references by path.

    Raises:
        IntegrityError: as `SkillFile.data`.
    """
    names = [file.path for file in skill.files if file.path.startswith("references/") and file.path.endswith(".md")]
    texts = ((name, skill.file(name).data.decode("utf-8", "replace")) for name in (SKILL_MD, *sorted(names)))
    return tuple(read_page(skill.name, name, text) for name, text in texts)


def _fault(block: Block, before: list[Block]) -> str:
    """What is wrong with a block's info string and marks, or nothing."""
    if not block.info:
        return "the block does not say its language"
    if block.language != PYTHON:
        return ""
    words = set(block.info[1:])
    if words == {WRONG}:
        return "" if block.marks() else "a block that shows what not to do marks a line with `# CODE: why`"
    if words - _WORDS:
        return f"the info string {' '.join(block.info)!r} is not one of the scheme"
    return "" if "continues" not in words or before else "the block continues none"


def _versions(sentence: str) -> Iterator[Stated]:
    for found in _STATED.finditer(sentence):
        low = _release(found["low"])
        extras = tuple(found["extras"].split(",")) if found["extras"] else ()
        yield Stated(normal(found["name"]), extras, low, _release(found["high"]) if found["high"] else low)


def _release(version: str) -> tuple[int, ...]:
    number = re.match(_NUMBER, version)
    return tuple(map(int, number[0].split("."))) if number else ()
