r"""The Markdown pages of the pack, read as a reader does: headings, links and fenced blocks.

The info string of a Python block says how it is checked, and every word of it is one of these:

    ```python                 starts a module that stands on its own: it is imported, with warnings as errors
    ```python continues       goes on with the module before it on the same page
    ```python test            a module with tests, run by pytest (`asyncio_mode = auto`)
    ```python continues test  goes on with the module before it and makes it one with tests
    ```python test postgres   a module with tests that need a server; `postgres_url` is an empty database of theirs

A module's file has its code on the lines that the code has on the page, so that a traceback, a finding of mypy and
one of the review name the line of the page. Blocks of toml, yaml and json are parsed, bash is read by the shell, the
sql of a page runs from its first to its last block in one empty PostgreSQL database; text and markdown are for the
eye. A block without an info string is a mistake, and one in another language is too, until a test parses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKILLS = ROOT / "skills"
NAMES = tuple(sorted(path.parent.name for path in SKILLS.glob("*/SKILL.md")))

_FENCE = re.compile(r"(?P<marks>`{3,})(?P<info>[^`]*)")
_HEADING = re.compile(r"#{1,6} (?P<title>.+)")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FILE_NAME = re.compile(r"[^a-z0-9]+")
_PYTHON_WORDS = frozenset({"continues", "postgres", "test"})


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the line of its first line of text (from 1), the words of its info string, and its lines."""

    line: int
    info: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.info[0] if self.info else ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file of a skill."""

    skill: str
    path: Path
    headings: tuple[str, ...]
    links: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def id(self) -> str:
        return self.path.relative_to(SKILLS).as_posix()


@dataclass(frozen=True, slots=True)
class Module:
    """Python blocks of one page that belong together."""

    page: Page
    blocks: tuple[Block, ...]

    @property
    def line(self) -> int:
        return self.blocks[0].line

    @property
    def is_test(self) -> bool:
        return any("test" in block.info for block in self.blocks)

    @property
    def needs_postgres(self) -> bool:
        return any("postgres" in block.info for block in self.blocks)

    @property
    def file_name(self) -> str:
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


def read_page(path: Path) -> Page:
    """A page and what is on it. A fence that never closes fails the test that asked."""
    headings: list[str] = []
    links: list[str] = []
    blocks: list[Block] = []
    fence: re.Match[str] | None = None
    start = 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.fullmatch(line)
        if fence is not None:
            if mark is not None and mark["marks"] == fence["marks"] and not mark["info"]:
                blocks.append(Block(start, tuple(fence["info"].split()), tuple(lines[start - 1 : number - 1])))
                fence = None
        elif mark is not None:
            fence, start = mark, number + 1
        else:
            heading = _HEADING.fullmatch(line)
            headings.extend([heading["title"]] if heading else [])
            links.extend(found["target"] for found in _LINK.finditer(line))
    if fence is not None:
        pytest.fail(f"{path}: the block that starts on line {start} is not closed")
    skill = path.relative_to(SKILLS).parts[0]
    return Page(skill, path, tuple(headings), tuple(links), tuple(blocks))


def pages() -> tuple[Page, ...]:
    """Every page of the skills: SKILL.md and its references."""
    paths = [
        path for name in NAMES for path in (SKILLS / name / "SKILL.md", *(SKILLS / name).glob("references/**/*.md"))
    ]
    return tuple(read_page(path) for path in sorted(paths))


def modules_of(page: Page) -> Iterator[Module]:
    """The modules of a page, in order."""
    current: list[Block] = []
    for block in page.blocks:
        if block.language != "python":
            continue
        unknown = set(block.info[1:]) - _PYTHON_WORDS
        if unknown or ("continues" in block.info and not current):
            pytest.fail(f"{page.id}:{block.line}: the info string {' '.join(block.info)!r} is not one of the scheme")
        if current and "continues" not in block.info:
            yield Module(page, tuple(current))
            current = []
        current.append(block)
    if current:
        yield Module(page, tuple(current))


def modules() -> tuple[Module, ...]:
    """The modules of all pages."""
    return tuple(module for page in pages() for module in modules_of(page))


def write_modules(folder: Path) -> dict[str, Module]:
    """Write every module into a folder; the modules by file name."""
    written = {module.file_name: module for module in modules()}
    for name, module in written.items():
        (folder / name).write_text(module.text, encoding="utf-8")
    return written
