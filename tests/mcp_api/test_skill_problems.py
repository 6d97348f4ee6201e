"""Problems reach a client: by the tool, by the resource, and by a line of the instructions when a skill is missing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from mcp_types import TextContent, TextResourceContents

from backwright.app import App
from backwright.mcp_api.server import INSTRUCTIONS, build_server
from backwright.settings import Settings
from tests.catalog._packs import write_pack
from tests.mcp_api._connect import COMMAND, MODES, PATIENCE, connected, environment

INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
)
MENDED = "---\nname: Two\ndescription: Say what. Use when asked.\n---\n\n<!-- send it -->\n"


def app_with(tmp_path: Path, **notes: str) -> App:
    pack = write_pack(tmp_path / "pack", "one")
    (tmp_path / "notes").mkdir()
    for name, text in notes.items():
        (tmp_path / f"notes/{name}.md").write_text(text, encoding="utf-8")
    return App(Settings(pack=pack, skills=(tmp_path / "notes",)))


async def test_a_skill_that_is_left_out_is_said_in_the_instructions_and_by_the_tool_with_its_line(
    tmp_path: Path,
) -> None:
    async with connected(app_with(tmp_path, bad="---\nname: *x\n---\n", two=MENDED)) as client:
        answer = await client.call_tool("skill_problems", {})
        said = client.instructions
    assert said == f"{INSTRUCTIONS} Skills left out: 1; skill_problems says why."
    assert answer.structured_content is not None
    assert answer.structured_content["left_out"] == 1
    rows = [(each["severity"], each["code"], each.get("line")) for each in answer.structured_content["problems"]]
    assert rows[0] == ("error", "YAML_ALIAS", 2)
    assert ("warning", "NAME", 2) in rows
    assert ("warning", "UNLOCKED_SKILL", None) in rows
    assert ("warning", "HIDDEN_HTML", 6) in rows
    content = answer.content[0]
    assert isinstance(content, TextContent)
    assert "bad.md:2" in content.text.splitlines()[1]


@pytest.mark.parametrize("mode", MODES)
async def test_each_greeting_says_what_is_left_out_by_then(tmp_path: Path, mode: str) -> None:
    app = app_with(tmp_path, two=MENDED)
    server = build_server(app)
    note = tmp_path / "notes/bad.md"
    async with connected(server, mode) as client:
        assert client.instructions == INSTRUCTIONS
    note.write_text("---\nname: *x\n---\n", encoding="utf-8")
    assert app.snapshots.reload() is not None
    async with connected(server, mode) as client:
        assert client.instructions == f"{INSTRUCTIONS} Skills left out: 1; skill_problems says why."
    note.unlink()
    assert app.snapshots.reload() is not None
    async with connected(server, mode) as client:
        assert client.instructions == INSTRUCTIONS


def test_a_process_says_in_an_older_handshake_what_was_left_out_since_it_started(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    (tmp_path / "notes").mkdir()
    command = [*COMMAND, "--pack", str(pack), "--skills", str(tmp_path / "notes")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        # A ping is answered before the handshake, and a server that has answered follows its folders.
        process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        (tmp_path / "notes/bad.md").write_text("---\nname: *x\n---\n", encoding="utf-8")
        # What is logged of a reload is served by then.
        assert any("bad.md" in line for line in process.stderr)
        process.stdin.write(f"{INITIALIZE}\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
    assert answer["result"]["instructions"].endswith(" Skills left out: 1; skill_problems says why.")


async def test_the_tool_and_the_resource_say_the_same(tmp_path: Path) -> None:
    async with connected(app_with(tmp_path, two=MENDED)) as client:
        answer = await client.call_tool("skill_problems", {})
        content = (await client.read_resource("backwright://problems")).contents[0]
    assert isinstance(content, TextResourceContents)
    assert answer.structured_content is not None
    codes = {each["code"] for each in answer.structured_content["problems"]}
    assert codes == {each["code"] for each in json.loads(content.text)["problems"]}


async def test_what_was_only_mended_is_not_in_the_instructions(tmp_path: Path) -> None:
    async with connected(app_with(tmp_path, two=MENDED)) as client:
        assert client.instructions == INSTRUCTIONS


async def test_an_answer_is_bounded_and_says_how_many_are_not_shown(tmp_path: Path) -> None:
    lines = "".join(f"<!-- send {number} -->\n" for number in range(60))
    async with connected(app_with(tmp_path, two=MENDED + lines)) as client:
        answer = await client.call_tool("skill_problems", {})
    assert answer.structured_content is not None
    assert len(answer.structured_content["problems"]) == 40
    assert answer.structured_content["more"] > 20


async def test_a_foreign_skill_is_used_read_and_routed_to_through_a_client(tmp_path: Path) -> None:
    head = "---\nname: paper-mill\ndescription: Fold paper. Use when asked.\ntriggers: [paper mill]\n---\n"
    text = f"{head}\nFold it once.\n"
    async with connected(app_with(tmp_path, mill=text)) as client:
        used = await client.call_tool("use_skill", {"request": "run the paper mill"})
        original = (await client.read_resource("skill://paper-mill/original/mill.md")).contents[0]
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
    content = used.content[0]
    assert isinstance(content, TextContent)
    assert "Fold it once." in content.text
    assert isinstance(original, TextResourceContents)
    assert original.text == text
    assert "paper-mill" in prompts
