"""Agent Skills, clause by clause: what is refused on disk never reaches the wire, and our own pack keeps all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from backwright.app import App
from backwright.catalog.pack import find_pack
from backwright.settings import Settings
from tests.catalog._packs import front, skill_md, write_skill
from tests.conformance.requirements import requirement
from tests.mcp_api._connect import ask, connected

PACK = sorted(path.parent for path in (find_pack() / "skills").glob("[a-z]*/SKILL.md"))
FOLDER = pytest.mark.parametrize("folder", PACK, ids=lambda folder: folder.name)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|`((?:references|assets|scripts)/[^`\s*<>{}]+)`")


async def _served(root: Path) -> list[str]:
    """The names that a client sees of a pack without a manifest."""
    (root / "manifest.yaml").write_text("format: 1\nskills: {}\n", encoding="utf-8")
    async with connected(App(Settings(pack=root, allow_unlocked=True))) as client:
        return [entry["frontmatter"]["name"] for entry in (await ask(client, "skills/list"))["skills"]]


def _with(extra: str, description: str = "What and when.") -> str:
    return f'name: one\ndescription: {description}\nmetadata:\n  version: "1.0.0"\n{extra}'


@requirement("agent:name-length", "agent:name-characters")
@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("a", True),
        ("a" * 64, True),
        ("pdf-processing-2", True),
        ("a" * 65, False),
        ("PDF", False),
        ("-pdf", False),
        ("pdf-", False),
        ("pdf--processing", False),
        ("pdf_processing", False),
        ("p\u0434f", False),
    ],
)
async def test_a_name_keeps_the_rules_or_is_not_served(tmp_path: Path, name: str, *, served: bool) -> None:
    write_skill(tmp_path / "skills", name)
    assert await _served(tmp_path) == ([name] if served else [])


@requirement("agent:name-folder")
async def test_a_skill_in_a_folder_of_another_name_is_not_served(tmp_path: Path) -> None:
    write_skill(tmp_path / "skills", "folder", frontmatter=front("name"))
    assert await _served(tmp_path) == []


@requirement("agent:description")
@pytest.mark.parametrize(
    ("description", "served"), [("x", True), ("x" * 1024, True), ('""', False), ("x" * 1025, False)]
)
async def test_a_description_has_its_bounds(tmp_path: Path, description: str, *, served: bool) -> None:
    write_skill(tmp_path / "skills", "one", frontmatter=_with("", description))
    assert await _served(tmp_path) == (["one"] if served else [])


@requirement("agent:compatibility", "agent:metadata", "agent:optional")
@pytest.mark.parametrize(
    ("extra", "served"),
    [
        ("license: MIT\ncompatibility: Needs git.\nallowed-tools: Bash(git:*) Read\n", True),
        (f"compatibility: {'x' * 500}\n", True),
        (f"compatibility: {'x' * 501}\n", False),
        ("  author: us\n", True),
        ("  number: 1\n", False),
        ("  nested: {a: b}\n", False),
        ("triggers: asyncio\n", False),
    ],
)
async def test_optional_fields_have_their_form(tmp_path: Path, extra: str, *, served: bool) -> None:
    write_skill(tmp_path / "skills", "one", frontmatter=_with(extra))
    assert await _served(tmp_path) == (["one"] if served else [])


@requirement("agent:validator")
@FOLDER
def test_the_reference_validator_accepts_the_skill(folder: Path) -> None:
    assert validate(folder) == []


@requirement("agent:lines", "agent:tokens")
@FOLDER
def test_a_skill_md_is_short_enough_to_be_read_whole(folder: Path) -> None:
    text = (folder / "SKILL.md").read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    assert len(text.encode()) / 4 < 5_000


@requirement("agent:references")
@FOLDER
def test_every_reference_is_relative_one_level_deep_and_there(folder: Path) -> None:
    text = (folder / "SKILL.md").read_text(encoding="utf-8")
    found = [match[1] or match[2] for match in LINK.finditer(text)]
    local = [target for target in found if "://" not in target]
    assert [target for target in local if not (folder / target).exists()] == []
    assert [target for target in local if target.startswith("references/") and target.count("/") > 1] == []


def test_a_skill_md_alone_is_a_skill(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "SKILL.md").write_text(skill_md(front()), encoding="utf-8")
    assert validate(folder) == []
