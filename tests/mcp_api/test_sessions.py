"""What was loaded under a handle, through a real client: by the tool, as a resource, and over a restart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp_types import TextContent, TextResourceContents

from backwright.app import App
from backwright.catalog.manifest import update
from backwright.routing.briefing import BUDGET, approx_tokens
from backwright.settings import Settings
from tests.catalog._packs import write_skill
from tests.mcp_api._connect import COMMAND, MODES, app_over, connected
from tests.mcp_api._packs import write_test_pack


async def use(client: Client, **arguments: object) -> tuple[dict[str, object], str]:
    answer = await client.call_tool("use_skill", {"request": "Do something.", **arguments})
    assert isinstance(answer.content[0], TextContent)
    return answer.structured_content or {}, answer.content[0].text


async def read(client: Client, session: object) -> dict[str, object]:
    answer = await client.read_resource(f"backwright://loaded/{session}")
    assert isinstance(answer.contents[0], TextResourceContents)
    assert answer.cache_scope in {None, "private"}
    found: dict[str, object] = json.loads(answer.contents[0].text)
    return found


async def conversation(client: Client) -> None:
    """Two skills under one handle; both ways to read it back agree."""
    first, text = await use(client, name="alpha")
    session = first["session"]
    assert f"Session: {session}." in text
    second, _ = await use(client, name="beta", session=session)
    again, _ = await use(client, name="alpha@1.0.0", session=session)
    assert second["session"] == again["session"] == session
    restored, text = await use(client, request="", session=session)
    assert restored["decision"] == "restored"
    assert [(each["skill"], each["version"]) for each in restored["candidates"]] == [  # type: ignore[attr-defined]  # JSON of any shape
        ("alpha", "1.1.0"),
        ("beta", "1.0.0"),
        ("alpha", "1.0.0"),
    ]
    assert text.count("unchanged") == 3
    assert "# Alpha" not in text
    assert approx_tokens(text) < 250
    record = await read(client, session)
    assert record["session"] == session
    assert [(each["skill"], each["uri"]) for each in record["skills"]] == [  # type: ignore[attr-defined]  # JSON of any shape
        ("alpha", "skill://alpha/SKILL.md"),
        ("beta", "skill://beta/SKILL.md"),
        ("alpha", "skill://v1.0.0/alpha/SKILL.md"),
    ]
    loaded, _ = await use(client, request="", name="alpha", version="1.0.0", session=session)
    assert loaded["body"] == "# Alpha as it was"


@pytest.mark.parametrize("mode", MODES)
async def test_in_memory(app: App, mode: str) -> None:
    async with connected(app, mode) as client:
        await conversation(client)


@pytest.mark.parametrize("mode", MODES)
async def test_over_http(url: str, mode: str) -> None:
    async with connected(url, mode) as client:
        await conversation(client)


async def test_over_stdio_it_outlives_the_process(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_STATE", str(tmp_path / "state"))
    command = (*COMMAND, "--pack", str(pack), "--root", str(tmp_path))
    async with connected(command) as client:
        await conversation(client)
        found, _ = await use(client, name="beta")
    async with connected(command) as client:
        restored, _ = await use(client, request="", session=found["session"])
        assert restored["candidates"][0]["skill"] == "beta"  # type: ignore[index]  # JSON of any shape
    (tmp_path / "state" / "loaded" / f"{found['session']}.json").write_text("{", encoding="utf-8")
    async with connected(command) as client:
        refused, _ = await use(client, request="", session=found["session"])
        assert refused["code"] == "RECORD_UNREADABLE"
        with pytest.raises(MCPError, match="cannot be used"):
            await read(client, found["session"])
        new, text = await use(client, name="beta", session=found["session"])
    assert new["skill"] == "beta"
    assert new["session"] != found["session"]
    assert "so a new one begins" in text


async def test_http_leaves_nothing_on_disk(pack: Path, url: str, tmp_path: Path) -> None:
    settings = Settings(pack=pack, state=tmp_path / "state")
    async with connected(App(replace(settings, state=None))) as client:
        await use(client, name="alpha")
    assert not (tmp_path / "state").exists()
    async with connected(url) as client:
        assert (await use(client, name="alpha"))[0]["session"]


async def test_where_no_skill_is_loaded_there_is_no_session(app: App) -> None:
    async with connected(app) as client:
        found, text = await use(client, request="What is the weather like in Lisbon?")
    assert "session" not in found
    assert "Session" not in text


@pytest.mark.parametrize("session", ["aaaaaaaaaaaaaaaaaaaa", "../../etc/passwd", "A" * 20, "a/b", "", "%61" * 20])
async def test_no_guess_reads_anything(app: App, session: str) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError):
            await client.read_resource(f"backwright://loaded/{session}")


async def test_what_changed_since_is_said(tmp_path: Path) -> None:
    pack = write_test_pack(tmp_path / "pack")
    app = app_over(pack)
    async with connected(app) as client:
        found, _ = await use(client, name="beta")
        write_skill(pack / "skills", "beta", files={"references/more.md": "Other words.\n"})
        assert update(pack).problems == ()
        app.snapshots.reload()
        _, text = await use(client, request="", session=found["session"])
    assert "its files have changed since" in text


async def test_the_longest_briefing_keeps_its_budget_with_the_session(tmp_path: Path) -> None:
    write_skill(tmp_path / "skills", "long", files={"SKILL.md": LONG})
    assert update(tmp_path).problems == ()
    async with connected(app_over(tmp_path)) as client:
        found, text = await use(client, name="long")
    assert found["cut"]
    assert approx_tokens(text) <= BUDGET


LONG = "---\nname: long\ndescription: Say what. Use when asked.\nmetadata:\n  version: 1.0.0\n---\n" + "".join(
    f"## Part {number}\n\n{'word ' * 30}\n\n" for number in range(200)
)
