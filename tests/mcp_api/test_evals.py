"""The evals of a skill hold the answers to what a model is asked: a client is shown, told and handed none of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mcp import MCPError

from backwright.app import App
from backwright.catalog.manifest import update
from tests.catalog._packs import write_release, write_skill
from tests.evaluating._tasks import FILES
from tests.mcp_api._connect import MODES, app_over, ask, connected

EVALS = {f"evals/double/{path}": text for path, text in FILES.items()}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    root = tmp_path_factory.mktemp("pack")
    write_skill(root / "skills", "one", files=EVALS)
    release = write_release(root, "one", "0.9.0")
    (release / "evals").mkdir()
    (release / "evals/notes.txt").write_text("answers\n", encoding="utf-8")
    assert update(root).problems == ()
    return app_over(root)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("resources/list", {}),
        ("skills/list", {}),
        ("skills/get", {"uri": "skill://one/SKILL.md"}),
        ("skills/get", {"uri": "skill://v0.9.0/one/SKILL.md"}),
        ("resources/directory/read", {"uri": "skill://one"}),
    ],
)
async def test_no_list_shows_them(app: App, method: str, parameters: dict[str, object], mode: str) -> None:
    async with connected(app, mode) as client:
        said = json.dumps(await ask(client, method, parameters))
    assert "references" in said
    assert "evals" not in said


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("resources/read", "skill://one/evals/double/task.yaml"),
        ("resources/read", "skill://v0.9.0/one/evals/notes.txt"),
        ("resources/directory/read", "skill://one/evals"),
    ],
)
async def test_no_address_answers_with_them(app: App, method: str, uri: str) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError):
            await ask(client, method, {"uri": uri})


async def test_no_tool_hands_them_over(app: App) -> None:
    async with connected(app) as client:
        used = await client.call_tool("use_skill", {"request": "anything", "name": "one"})
        assert "evals" not in used.model_dump_json()
        read = await client.call_tool("read_skill_file", {"skill": "one", "path": "evals/double/task.yaml"})
        assert read.is_error
        assert "SKILL_FILE_NOT_FOUND" in read.model_dump_json()


@pytest.mark.parametrize(("path", "refused"), [(None, False), ("evals/double/task.yaml", True)])
async def test_no_difference_of_two_versions_shows_them(app: App, path: str | None, refused: bool) -> None:  # noqa: FBT001  a parameter of the test
    given = {"skill": "one", "since": "0.9.0"} | ({} if path is None else {"path": path})
    async with connected(app) as client:
        read = await client.call_tool("read_skill_file", given)
    assert read.is_error is refused
    assert refused or "evals" not in read.model_dump_json()


def test_the_manifest_pins_them_all_the_same(app: App) -> None:
    head = app.catalog.get("one")
    assert {file.path for file in head.files} - {file.path for file in head.served} == set(EVALS)
    evil = Path(app.pack) / "skills/one/evals/double/verify/test_double.py"
    evil.write_text("def test_three_doubles(): ...\n", encoding="utf-8")
    assert "DIGEST_MISMATCH" in {problem.code for problem in app_over(Path(app.pack)).catalog.problems}
