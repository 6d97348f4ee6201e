"""Prompts, routing, scaffold and review follow the stored conventions that the process is told of, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mcp_types import TextContent

from backwright.app import App
from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.schema import JsonObject
from backwright.settings import Settings
from tests.mcp_api._connect import connected
from tests.mcp_api.test_tools import HOST

AT = Address("shop", "conventions")
FROM = "the conventions are those of context://shop/conventions/v/1"
DIFF = '--- /dev/null\n+++ b/app/calls.py\n@@ -0,0 +1,3 @@\n+import requests\n+\n+requests.get("https://x.org")\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A FastAPI application without a `backwright.yaml`."""
    for path, text in HOST.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "change.diff").write_text(DIFF, encoding="utf-8")
    return tmp_path


@pytest.fixture
def told(root: Path) -> Iterator[App]:
    """A process that follows shop/conventions, of version 1 of its schema."""
    settings = Settings(root=root, allow_unlocked=True, database="memory://", project_context="shop/conventions")
    app = App(settings)
    suppress = [{"rule": "BW601", "reason": "our client has a timeout of its own"}]
    body: JsonObject = {"python": "3.12", "layout": {"tests": "checks"}, "suppress": suppress}
    app.contexts.put(LOCAL, AT, body, type="project", type_version=1)
    yield app
    app.close()


def codes(answer: object) -> list[str]:
    assert isinstance(answer, dict)
    return [finding["code"] for finding in answer["findings"]]


async def test_a_review_follows_them_and_says_where_they_are_from(told: App, root: Path) -> None:
    async with connected(App(Settings(root=root, allow_unlocked=True))) as client:
        plain = (await client.call_tool("review_diff", {"diff_file": "change.diff"})).structured_content
    async with connected(told) as client:
        answer = await client.call_tool("review_diff", {"diff_file": "change.diff"})
    assert "BW601" in codes(plain)
    assert "BW601" not in codes(answer.structured_content)
    assert any(FROM in note for note in answer.structured_content["notes"])


async def test_a_prompt_names_them_first(told: App) -> None:
    async with connected(told) as client:
        answer = await client.get_prompt("fastapi-endpoint", {"task": "Add a route."})
    content = answer.messages[0].content
    assert isinstance(content, TextContent)
    assert FROM in content.text
    assert "Python: 3.12 or newer" in content.text
    assert "rule BW601 does not apply: our client has a timeout of its own" in content.text


async def test_a_scaffold_writes_where_they_say(told: App) -> None:
    async with connected(told) as client:
        answer = await client.call_tool("scaffold_test", {"operation": "GET /orders/{order_id}"})
    assert not answer.is_error, answer.structured_content
    text = answer.content[0]
    assert isinstance(text, TextContent)
    assert FROM in text.text
    assert "checks/" in text.text


async def test_a_service_in_an_empty_folder_says_it_as_well(told: App, tmp_path: Path) -> None:
    empty = App(replace(told.settings, root=tmp_path / "empty"))
    (tmp_path / "empty").mkdir()
    empty.contexts.put(LOCAL, AT, {"layout": {"tests": "checks"}}, type="project")
    async with connected(empty) as client:
        answer = await client.call_tool("scaffold_service", {"name": "order-desk"})
    assert not answer.is_error, answer.structured_content
    text = answer.content[0]
    assert isinstance(text, TextContent)
    assert FROM in text.text
    empty.close()


async def test_a_skill_is_served_at_the_version_that_they_pin(told: App, root: Path) -> None:
    told.contexts.put(LOCAL, AT, {"skills": {"fastapi-endpoint": "<0.1"}}, type="project", condition=Condition(1))
    async with connected(told) as client:
        answer = await client.call_tool("use_skill", {"request": "Add a route.", "name": "fastapi-endpoint"})
        assert answer.structured_content["code"] == "VERSION_NOT_FOUND"
        (root / "backwright.yaml").write_text('skills: {fastapi-endpoint: ">=0.1"}\n', encoding="utf-8")
        answer = await client.call_tool("use_skill", {"request": "Add a route.", "name": "fastapi-endpoint"})
    assert answer.structured_content["skill"] == "fastapi-endpoint"


async def test_conventions_that_are_not_there_are_no_silent_default(root: Path) -> None:
    app = App(Settings(root=root, allow_unlocked=True, database="memory://", project_context="shop/nothing"))
    async with connected(app) as client:
        assert (await client.list_tools()).tools
        answer = await client.call_tool("review_diff", {"diff_file": "change.diff"})
    assert answer.structured_content["code"] == "INVALID_CONTEXT"
    assert "backwright contexts put shop/nothing" in answer.structured_content["hint"]
    app.close()


def test_the_environment_names_them(tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path), "BACKWRIGHT_PROJECT_CONTEXT": "shop/conventions"}
    assert Settings.from_environment(given).project_context == "shop/conventions"
    assert Settings.from_environment({"HOME": str(tmp_path)}).project_context is None


# The file names them


@pytest.fixture
def named(told: App, root: Path) -> Iterator[App]:
    """A process that is told of none, in a project whose file names shop/conventions, and a later one over it."""
    app = App(replace(told.settings, project_context=None, database=f"sqlite:///{root}/data/contexts.db"))
    body = told.contexts.get(LOCAL, AT).body
    app.contexts.put(LOCAL, AT, body, type="project")
    app.contexts.put(LOCAL, Address("shop", "python"), {"python": "3.13"}, type="project")
    (root / "backwright.yaml").write_text("contexts: [shop/conventions, shop/python@1]\n", encoding="utf-8")
    yield app
    app.close()


async def test_review_scaffold_prompt_and_routing_follow_what_the_file_names(named: App, root: Path) -> None:
    async with connected(named) as client:
        review = await client.call_tool("review_diff", {"diff_file": "change.diff"})
        plan = await client.call_tool("scaffold_test", {"operation": "GET /orders/{order_id}"})
        prompt = await client.get_prompt("fastapi-endpoint", {"task": "Add a route."})
        body: JsonObject = {"python": "3.13", "skills": {"fastapi-endpoint": "<0.1"}}
        named.contexts.put(LOCAL, Address("shop", "python"), body, type="project", condition=Condition(1))
        at_one = await client.call_tool("use_skill", {"request": "Add a route.", "name": "fastapi-endpoint"})
        (root / "backwright.yaml").write_text("contexts: [shop/conventions, shop/python]\n", encoding="utf-8")
        latest = await client.call_tool("use_skill", {"request": "Add a route.", "name": "fastapi-endpoint"})
    both = "context://shop/python/v/1, over those of context://shop/conventions/v/1"
    assert "BW601" not in codes(review.structured_content)
    assert any(both in note for note in review.structured_content["notes"])
    assert isinstance(plan.content[0], TextContent)
    assert both in plan.content[0].text
    assert "checks/" in plan.content[0].text
    assert isinstance(prompt.messages[0].content, TextContent)
    assert "Python: 3.13 or newer" in prompt.messages[0].content.text
    assert at_one.structured_content["skill"] == "fastapi-endpoint"
    assert latest.structured_content["code"] == "VERSION_NOT_FOUND"


async def test_a_file_that_names_what_is_not_there_says_so_in_each_tool_and_lists_go_on(root: Path) -> None:
    database = root / "data" / "contexts.db"
    (root / "backwright.yaml").write_text("contexts: [shop/nothing]\n", encoding="utf-8")
    app = App(Settings(root=root, allow_unlocked=True, database=f"sqlite:///{database}"))
    async with connected(app) as client:
        assert (await client.list_tools()).tools
        assert (await client.list_prompts()).prompts
        answers = [
            await client.call_tool("review_diff", {"diff_file": "change.diff"}),
            await client.call_tool("scaffold_test", {"operation": "GET /orders/{order_id}"}),
            await client.call_tool("use_skill", {"request": "Add a route to the API."}),
        ]
    assert [answer.structured_content["code"] for answer in answers] == ["INVALID_CONTEXT"] * 3
    assert all("take it out of contexts in backwright.yaml" in a.structured_content["hint"] for a in answers)
    # Whoever opens somebody's repository has no store afterwards that was not there before.
    assert not database.parent.exists()
    app.close()


async def test_a_store_that_cannot_be_reached_is_named_and_retried(root: Path) -> None:
    (root / "backwright.yaml").write_text("contexts: [shop/conventions]\n", encoding="utf-8")
    app = App(Settings(root=root, allow_unlocked=True, database="postgresql://nobody@127.0.0.1:1/none"))
    async with connected(app) as client:
        answer = await client.call_tool("review_diff", {"diff_file": "change.diff"})
    assert (answer.structured_content["code"], answer.structured_content["retry"]) == ("UNAVAILABLE", True)
    app.close()
