"""The pages of the pack in this checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from backwright.catalog import blocks
from backwright.catalog.blocks import Module, Page

ROOT = Path(__file__).parents[2]
SKILLS = ROOT / "skills"
NAMES = tuple(sorted(path.parent.name for path in SKILLS.glob("*/SKILL.md")))


def path_of(page: Page) -> Path:
    """Where a page lies."""
    return SKILLS / page.id


def read_page(path: Path) -> Page:
    """A page and what is on it."""
    skill, _, name = path.relative_to(SKILLS).as_posix().partition("/")
    return blocks.read_page(skill, name, path.read_text(encoding="utf-8"))


@cache
def pages() -> tuple[Page, ...]:
    """Every page of the skills: SKILL.md and its references."""
    paths = [
        path for name in NAMES for path in (SKILLS / name / "SKILL.md", *(SKILLS / name).glob("references/**/*.md"))
    ]
    return tuple(read_page(path) for path in sorted(paths))


def modules() -> tuple[Module, ...]:
    """The modules of all pages."""
    return tuple(module for page in pages() for module in page.modules())
