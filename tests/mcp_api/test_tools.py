"""The call-and-answer cases beside each tool, through a real client."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client
from mcp_types import TextContent
from pydantic import BaseModel, ConfigDict, Field

from backwright.app import App
from backwright.mcp_api import tools
from backwright.mcp_api.server import INSTRUCTIONS
from backwright.routing.briefing import approx_tokens
from backwright.settings import Settings
from tests.mcp_api._connect import app_over, connected

FOLDER = Path(tools.__path__[0])
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


class Before(BaseModel):
    """A call before it, whose answer it goes on from: `$name` stands for the field `name` of that answer."""

    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: dict[str, Any]


class Case(BaseModel):
    """One call and what has to come of it.

    `server`: `bare` serves the pack of the tests without a project, `project` in one; `shipped` serves the pack that
    ships without a project, `empty` in an empty folder, `host` in a FastAPI application with Alembic; `contexts` serves
    the pack of the tests with an empty store, `kept` the same in the project of `host`.
    """

    model_config = ConfigDict(extra="forbid")

    it: str
    server: str = Field(default="bare", pattern="^(bare|project|shipped|empty|host|contexts|kept)$")
    arguments: dict[str, Any]
    before: tuple[Before, ...] = ()
    error: str | None = None
    structured: dict[str, Any] = Field(default_factory=dict)
    text: tuple[str, ...] = ()


def cases_of(name: str) -> list[Case]:
    loaded = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [Case.model_validate(case) for case in loaded]


CASES = [pytest.param(name, case, id=f"{name} {case.it}") for name in NAMES for case in cases_of(name)]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose work tree adds a call without a timeout."""
    root = tmp_path_factory.mktemp("project")
    (root / "app").mkdir()
    (root / "app" / "orders.py").write_text("import requests\n\n\ndef fetch() -> None:\n    pass\n", encoding="utf-8")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "start")):
        name = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *name, *arguments], cwd=root, check=True, timeout=60)  # noqa: S607  as users have it
    text = 'import requests\n\n\ndef fetch() -> None:\n    requests.get("https://example.org")\n'
    (root / "app" / "orders.py").write_text(text, encoding="utf-8")
    diff = '--- /dev/null\n+++ b/app/calls.py\n@@ -0,0 +1,3 @@\n+import requests\n+\n+requests.get("https://x.org")\n'
    (root / "change.diff").write_text(diff, encoding="utf-8")
    return root


HOST = {
    "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\n'
    'dependencies = ["fastapi", "alembic", "asyncpg", "celery[redis]"]\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": "",
    "app/__init__.py": "",
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
    '@app.get("/orders/{order_id}")\nasync def read_order(order_id: int) -> dict[str, int]:\n    return {}\n',
}


@pytest.fixture
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FastAPI application with Alembic and one route."""
    root = tmp_path_factory.mktemp("host")
    for path, text in HOST.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def shipped() -> Iterator[App]:
    """An app over the pack that ships, which is read once; without a project it keeps nothing of its calls."""
    app = App(Settings(allow_unlocked=True))
    yield app
    app.close()


@pytest.fixture
def apps(pack: Path, project: Path, host: Path, tmp_path: Path, shipped: App) -> Iterator[dict[str, App]]:
    made = {
        "bare": app_over(pack),
        "project": app_over(pack, project),
        "empty": App(Settings(root=tmp_path, allow_unlocked=True)),
        "host": App(Settings(root=host, allow_unlocked=True)),
        "contexts": App(Settings(pack=pack, database="memory://")),
        "kept": App(Settings(pack=pack, root=host, database="memory://")),
    }
    yield made | {"shipped": shipped}
    for app in made.values():
        app.close()


def holds(actual: object, expected: object) -> bool:
    """Whether an answer has what a case asks for; a list in a case is the whole list, a mapping a part of one."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(holds(actual.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        pairs = (
            zip(actual, expected, strict=False) if isinstance(actual, list) and len(actual) == len(expected) else None
        )
        return pairs is not None and all(holds(one, other) for one, other in pairs)
    return actual == expected


def _filled(value: object, known: dict[str, Any]) -> object:
    return known[value.removeprefix("$")] if isinstance(value, str) and value.startswith("$") else value


@pytest.mark.parametrize(("name", "case"), CASES)
async def test_a_call_is_answered_as_its_case_says(name: str, case: Case, apps: dict[str, App]) -> None:
    async with connected(apps[case.server]) as client:
        known: dict[str, Any] = {}
        for before in case.before:
            arguments = {key: _filled(value, known) for key, value in before.arguments.items()}
            known |= (await client.call_tool(before.tool, arguments)).structured_content or {}
        answer = await client.call_tool(name, {key: _filled(value, known) for key, value in case.arguments.items()})
    content = answer.content[0]
    assert isinstance(content, TextContent)
    said = content.text
    assert answer.is_error == (case.error is not None), said
    if case.error is not None:
        assert answer.structured_content["code"] == case.error, said
        assert answer.structured_content["hint"], said
        assert "Traceback" not in said
    assert holds(answer.structured_content, case.structured), answer.structured_content
    for part in case.text:
        assert part in said, said


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_has_cases_of_success_and_of_failure(name: str) -> None:
    failures = [case.error is not None for case in cases_of(name)]
    assert {True, False} == set(failures)


async def _listed(client: Client) -> list[dict[str, Any]]:
    tools = (await client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]


async def test_every_tool_is_described_annotated_and_short_named(app: App) -> None:
    async with connected(app) as client:
        for tool in await _listed(client):
            assert len(tool["name"]) < 40
            assert tool["description"].startswith("Call this ")
            assert tool["title"]
            assert tool["annotations"]["openWorldHint"] is False
            assert tool["annotations"]["readOnlyHint"] is (tool["name"] != "apply_scaffold")


async def test_the_catalogue_stands_in_the_description_of_use_skill(app: App) -> None:
    async with connected(app) as client:
        (tool,) = [tool for tool in await _listed(client) if tool["name"] == "use_skill"]
    assert "\n- alpha: Alpha work, such as 'gather': use it for asyncio tasks.\n- beta: " in tool["description"]
    assert len(tool["description"].encode()) < 1_900
    assert tool["_meta"] == {"anthropic/alwaysLoad": True}


@pytest.mark.parametrize("database", [None, "memory://"], ids=["alone", "contexts"])
@pytest.mark.parametrize("root", [None, Path.cwd()], ids=["http", "stdio"])
async def test_all_tools_of_the_real_pack_cost_at_most_2500_tokens(root: Path | None, database: str | None) -> None:
    async with connected(App(Settings(root=root, allow_unlocked=True, database=database))) as client:
        listing = await client.list_tools()
    assert approx_tokens(listing.model_dump_json(by_alias=True, exclude_none=True)) <= 2_500


async def test_what_a_project_has_no_use_for_is_not_listed_and_all_of_it_costs_at_most_2500_tokens(
    host: Path, project: Path
) -> None:
    only_there = {"scaffold_job", "scaffold_migration", "scaffold_test"}
    async with connected(App(Settings(root=project, allow_unlocked=True))) as client:
        assert only_there.isdisjoint(tool.name for tool in (await client.list_tools()).tools)
    async with connected(App(Settings(root=host, allow_unlocked=True, database="memory://"))) as client:
        listing = await client.list_tools()
    assert {"get_context", "put_context"} <= {tool.name for tool in listing.tools}
    assert only_there <= {tool.name for tool in listing.tools}
    assert approx_tokens(listing.model_dump_json(by_alias=True, exclude_none=True)) <= 2_500


async def test_the_instructions_say_when_to_reach_for_which_tool(app: App) -> None:
    async with connected(app) as client:
        assert client.instructions == INSTRUCTIONS
    assert approx_tokens(INSTRUCTIONS) < 150
    for name in NAMES:
        assert name in INSTRUCTIONS or name in {
            "read_skill_file",
            "skill_problems",
            "get_context",
            "put_context",
            "scaffold_job",
            "scaffold_migration",
            "scaffold_test",
        }
