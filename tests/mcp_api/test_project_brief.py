"""What a prompt says of the project and what it assumes, for each skill that ships, within its budget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from mcp_types import TextContent

from backwright.app import App
from backwright.mcp_api._project_brief import BUDGET as PROJECT_BUDGET
from backwright.mcp_api._project_brief import project_brief
from backwright.routing.briefing import BUDGET, approx_tokens
from backwright.settings import Settings
from tests.mcp_api._connect import connected
from tests.pack._pages import NAMES, ROOT

TASK = "Do what {{ the }} ticket says {% and %} no more."
DECLARED = {
    "framework": "fastapi",
    "python": "3.12",
    "layout": {"package": "shop.api", "source_root": "src", "tests": "checks", "migrations": "alembic"},
    "suppress": [{"rule": "BW105", "reason": "the payment client\nmust not outlive it", "paths": ["src/pay/*"]}],
}


def app_in(root: Path, declared: Mapping[str, object] | None = None, lock: str = "") -> App:
    if declared is not None:
        (root / "backwright.yaml").write_text(yaml.safe_dump(dict(declared)), encoding="utf-8")
    if lock:
        (root / "uv.lock").write_text(lock, encoding="utf-8")
    return App(Settings(pack=ROOT, allow_unlocked=True, root=root))


async def prompted(app: App, name: str) -> str:
    async with connected(app) as client:
        (message,) = (await client.get_prompt(name, {"task": TASK})).messages
    assert isinstance(message.content, TextContent)
    return message.content.text


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app in a project that declares itself."""
    return app_in(tmp_path_factory.mktemp("declared"), DECLARED)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app in a project that says nothing of itself."""
    return app_in(tmp_path_factory.mktemp("silent"))


@pytest.mark.parametrize("name", NAMES)
async def test_a_prompt_has_the_task_as_it_is_the_project_the_assumptions_and_the_whole_skill_within_its_budget(
    declared: App, name: str
) -> None:
    text = await prompted(declared, name)
    assert TASK in text
    assert "- framework: fastapi.\n" in text
    assert "- Python: 3.12 or newer.\n" in text
    assert "- layout: package shop.api, source root src, tests checks, migrations alembic.\n" in text
    assert "- rule BW105 does not apply in src/pay/*: the payment client must not outlive it.\n" in text
    assert declared.catalog.get(name).body.strip() in text
    assert approx_tokens(text) <= BUDGET + PROJECT_BUDGET


@pytest.mark.parametrize("name", NAMES)
async def test_what_nobody_declared_is_said_to_be_assumed(silent: App, name: str) -> None:
    text = await prompted(silent, name)
    assert "The project:\n" not in text
    assert "Assumed; say so in your answer where it matters" in text
    assert "- framework: what the files show; backwright.yaml names none.\n" in text
    assert "- Python: 3.11 or newer.\n" in text
    assert approx_tokens(text) <= BUDGET + PROJECT_BUDGET


async def test_versions_of_the_project_are_facts_and_one_that_was_not_checked_is_an_assumption(tmp_path: Path) -> None:
    lock = "version = 1\n" + "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n' for name, version in {"fastapi": "0.99.1"}.items()
    )
    text = await prompted(app_in(tmp_path, lock=lock), "fastapi-endpoint")
    assert "- versions: fastapi 0.99.1.\n" in text
    assert "- framework: fastapi, for it is installed; backwright.yaml names none.\n" in text
    assert "- the skill's code was checked with fastapi 0.165 (here 0.99.1): look before you copy.\n" in text


async def test_without_a_project_that_is_said(tmp_path: Path) -> None:
    text = await prompted(App(Settings(pack=ROOT, allow_unlocked=True)), "async-concurrency")
    assert "- nothing is known of the project; the skill's defaults hold until its files say otherwise.\n" in text


def test_a_project_that_declares_much_stays_within_the_budget(tmp_path: Path) -> None:
    many = [
        {"rule": f"BW{n}", "reason": "because of the client " * 20, "paths": ["src/" + "deep/" * 40] * 3}
        for n in range(100, 110)
    ]
    app = app_in(tmp_path, {**DECLARED, "suppress": many})
    brief = project_brief(app, app.catalog.get("fastapi-endpoint"))
    assert "more: see backwright.yaml" in brief.facts[-1]
    assert approx_tokens("".join(f"- {line}.\n" for line in (*brief.facts, *brief.assumed))) <= PROJECT_BUDGET
