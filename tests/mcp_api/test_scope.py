"""A project's scope, through a real client: what is blocked is nowhere, what is discoverable is had by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp import Client, MCPError

from tests.catalog._venvs import install, write_venv
from tests.mcp_api._connect import MODES, app_over, ask, connected


def scope(root: Path, text: str) -> Path:
    (root / "backwright.yaml").write_text(text, encoding="utf-8")
    return root


async def code(client: Client, **arguments: object) -> str:
    answer = await client.call_tool("use_skill", {"request": "Do something.", **arguments})
    content = answer.structured_content or {}
    return str(content["code"] if answer.is_error else content["decision"])


@pytest.mark.parametrize("mode", MODES)
async def test_a_blocked_skill_is_nowhere_and_the_refusal_says_so(pack: Path, tmp_path: Path, mode: str) -> None:
    app = app_over(pack, scope(tmp_path, "scope: {alpha: blocked}\n"))
    async with connected(app, mode) as client:
        uris = [str(each.uri) for each in (await client.list_resources()).resources]
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
        tools = {tool.name: tool.description or "" for tool in (await client.list_tools()).tools}
        skills = [entry["uri"] for entry in (await ask(client, "skills/list"))["skills"]]
        assert await code(client, name="alpha") == "SKILL_BLOCKED"
        assert await code(client, name="alpha@1.0.0") == "SKILL_BLOCKED"
        assert await code(client, request="My asyncio gather hangs.") == "none"
        read = await client.call_tool("read_skill_file", {"skill": "alpha", "path": "SKILL.md"})
        assert read.structured_content is not None
        assert read.structured_content["code"] == "SKILL_BLOCKED"
        for uri in ("skill://alpha/SKILL.md", "skill://v1.0.0/alpha/SKILL.md"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError, match="blocks the skill alpha"):
            await client.read_resource("skill://alpha/SKILL.md")
        with pytest.raises(MCPError, match="blocks the skill alpha"):
            await ask(client, "skills/get", {"uri": "alpha"})
    assert not [uri for uri in uris if "alpha" in uri]
    assert prompts == ["beta"]
    assert "- alpha" not in tools["use_skill"]
    assert skills == ["skill://beta/SKILL.md"]


async def test_a_discoverable_skill_is_listed_and_had_by_name_only(pack: Path, tmp_path: Path) -> None:
    app = app_over(pack, scope(tmp_path, "scope: {alpha: discoverable}\n"))
    async with connected(app) as client:
        uris = [str(each.uri) for each in (await client.list_resources()).resources]
        tools = {tool.name: tool.description or "" for tool in (await client.list_tools()).tools}
        assert await code(client, request="My asyncio gather hangs.") == "none"
        assert await code(client, request="use alpha skill") == "explicit"
        assert await code(client, name="alpha@1.0.0") == "explicit"
    assert "skill://alpha/SKILL.md" in uris
    assert "- alpha" not in tools["use_skill"]


async def test_installed_skills_are_blocked_together(pack: Path, tmp_path: Path) -> None:
    install(write_venv(tmp_path), "some-thing", skills=("gizmo",))
    app = app_over(pack, scope(tmp_path, "scope: {lib/*: blocked}\n"))
    async with connected(app) as client:
        assert await code(client, name="lib/some-thing/gizmo") == "SKILL_BLOCKED"
        assert await code(client, name="gizmo") == "SKILL_BLOCKED"
        assert await code(client, request="How do I use a gizmo at hand?") == "none"
        with pytest.raises(MCPError, match="blocks the skill lib/some-thing/gizmo"):
            await client.read_resource("skill://lib/some-thing/gizmo/SKILL.md")


async def test_an_edit_of_the_file_counts_at_once_and_a_broken_one_changes_nothing(pack: Path, tmp_path: Path) -> None:
    app = app_over(pack, tmp_path)
    async with connected(app) as client:
        assert await code(client, name="alpha") == "explicit"
        scope(tmp_path, "scope: {alpha: blocked}\n")
        assert await code(client, name="alpha") == "SKILL_BLOCKED"
        scope(tmp_path, "scope: {alpha: hidden}\n")
        with pytest.raises(MCPError):
            await client.read_resource("skill://alpha/SKILL.md")
        assert await code(client, name="beta") == "INVALID_CONTEXT"
        problems = [problem for problem in app.catalog.problems if problem.path == "backwright.yaml"]
        assert [(problem.severity, problem.line) for problem in problems] == [("error", 1)]
        (tmp_path / "backwright.yaml").unlink()
        assert await code(client, name="alpha") == "explicit"
    assert app.catalog.problems == ()
