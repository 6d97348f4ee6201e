from __future__ import annotations

import json
import subprocess
import tomllib

import pytest
import yaml

from backwright.catalog.blocks import Page
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from backwright.routing.briefing import BUDGET, approx_tokens
from tests.pack._app import APP, CATALOG
from tests.pack._pages import NAMES, SKILLS, pages, path_of, read_page

SKILL_TOKENS = 2_500
SKILL_LINES = 200
REFERENCE_CHARACTERS = 12_000
"""One answer of `read_skill_file`."""
LANGUAGES = {"python", "bash", "sql", "toml", "yaml", "json", "text", "markdown"}
PAGES = {page.id: page for page in pages()}


@pytest.mark.parametrize("name", NAMES)
def test_the_instructions_are_short_enough_to_be_read(name: str) -> None:
    text = (SKILLS / name / "SKILL.md").read_text(encoding="utf-8")
    assert approx_tokens(text) <= SKILL_TOKENS
    assert text.count("\n") < SKILL_LINES


@pytest.mark.parametrize("name", NAMES)
def test_a_briefing_holds_all_of_the_instructions_and_every_reference(name: str) -> None:
    briefing = APP.use_skill("the task", name=name)
    assert briefing.cut is None
    assert approx_tokens(briefing.text()) <= BUDGET
    references = {file.path for file in CATALOG.get(name).files if file.path.startswith("references/")}
    assert references <= {file.path for file in briefing.files}


@pytest.mark.parametrize("page", [page for page in PAGES.values() if page.name != "SKILL.md"], ids=lambda p: p.id)
def test_a_reference_is_read_in_one_answer_and_named_by_its_skill(page: Page) -> None:
    assert len(path_of(page).read_text(encoding="utf-8")) <= REFERENCE_CHARACTERS
    assert page.name in (SKILLS / page.skill / "SKILL.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_link_leads_to_a_file_of_the_same_skill(page: Page) -> None:
    broken = [link for link in page.links if not (path_of(page).parent / link).is_file()]
    assert broken == []
    outside = [
        link for link in page.links if SKILLS / page.skill not in (path_of(page).parent / link).resolve().parents
    ]
    assert outside == []


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_block_says_its_language_and_parses(page: Page) -> None:
    assert page.faults == ()
    assert [block.line for block in page.blocks if block.language not in LANGUAGES] == []
    for block in page.blocks:
        match block.language:
            case "yaml":
                assert yaml.safe_load(block.text) is not None
            case "toml":
                assert tomllib.loads(block.text)
            case "json":
                json.loads(block.text)
            case "bash":
                subprocess.run(["bash", "-n"], input=block.text, encoding="utf-8", check=True)  # noqa: S607  the reader's own shell
            case _:
                pass


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_has_one_title_and_no_heading_twice(page: Page) -> None:
    titles = [line for line in path_of(page).read_text(encoding="utf-8").split("\n") if line.startswith("# ")]
    assert page.headings[0] == titles[0].removeprefix("# ")
    assert sorted(set(page.headings)) == sorted(page.headings)


@pytest.mark.parametrize("name", NAMES)
def test_the_changelog_ends_with_the_version_that_the_skill_has(name: str) -> None:
    skill = CATALOG.get(name)
    assert read_page(SKILLS / name / "CHANGELOG.md").headings[1] == skill.version


@pytest.mark.parametrize("name", NAMES)
def test_the_description_says_what_when_and_when_not(name: str) -> None:
    description = CATALOG.get(name).description
    assert len(description) <= 1024
    assert "Use " in description
    assert "Not for" in description or "only" in description


def test_the_umbrella_names_every_other_skill() -> None:
    text = (SKILLS / "python-backend" / "SKILL.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if name != "python-backend" and f"| `{name}`" not in text] == []


def test_a_suppression_is_shown_as_the_project_file_takes_it() -> None:
    page = PAGES["code-review/SKILL.md"]
    (shown,) = [yaml.safe_load(block.text) for block in page.blocks if block.language == "yaml"]
    context = ProjectContextV3.model_validate(shown)
    assert [entry.rule for entry in context.suppress] == ["BW105"]
