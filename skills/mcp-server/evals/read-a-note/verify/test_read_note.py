"""A client that reads notes, and one that would read more than that."""

import asyncio
import json
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp_types import CallToolResult
from notes.server import build_server

SECRET = "the password is hunter2"
LONG = 5_000_000
GENERIC = "Error executing tool read_note"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / "2026").mkdir(parents=True)
    (root / "2026/march.md").write_text("Spring begins.", encoding="utf-8")
    (root / "short.md").write_text("~", encoding="utf-8")
    (root / "long.md").write_text("~" * LONG, encoding="utf-8")
    (tmp_path / "secret.md").write_text(SECRET, encoding="utf-8")
    (tmp_path / "notes-of-others").mkdir()
    (tmp_path / "notes-of-others/secret.md").write_text(SECRET, encoding="utf-8")
    return root


def read(root: Path, path: str) -> tuple[str, bool]:
    """What the model gets, and whether it is an error."""

    async def ask() -> CallToolResult:
        async with Client(build_server(root)) as client:
            return await client.call_tool("read_note", {"path": path})

    try:
        answer = asyncio.run(ask())
    except MCPError as error:
        return str(error), True
    said = [getattr(content, "text", "") for content in answer.content]
    return "\n".join([*said, json.dumps(answer.structured_content)]), bool(answer.is_error)


def test_a_note_is_read(root: Path) -> None:
    text, failed = read(root, "2026/march.md")
    assert not failed, text[:200]
    assert "Spring begins." in text


def test_no_path_leads_out_of_the_folder(root: Path) -> None:
    outside = root.parent / "secret.md"
    for path in ("../secret.md", "2026/../../secret.md", str(outside), "../notes-of-others/secret.md"):
        text, failed = read(root, path)
        assert SECRET not in text, f"{path} is read"
        assert failed, f"{path} is no error"


def test_no_link_leads_out_of_the_folder(root: Path) -> None:
    (root / "link.md").symlink_to(root.parent / "secret.md")
    text, _ = read(root, "link.md")
    assert SECRET not in text, "a link is followed"


def test_a_note_that_is_not_there_tells_the_model_what_to_do(root: Path) -> None:
    text, failed = read(root, "2026/april.md")
    assert failed, "a note that is not there is no error"
    assert text.replace(GENERIC, "").replace("null", "").strip(" :\n"), "the model reads nothing that it can act on"


def test_an_error_shows_nothing_of_the_machine(root: Path) -> None:
    for path in ("2026/april.md", "2026", "../secret.md"):
        text, _ = read(root, path)
        assert str(root) not in text, f"{path} shows where the notes are"


def test_a_long_note_is_not_handed_over_whole(root: Path) -> None:
    text, _ = read(root, "long.md")
    assert len(text) <= 500_000, f"the model gets {len(text)} characters"


def test_an_answer_that_was_cut_says_so(root: Path) -> None:
    short, _ = read(root, "short.md")
    long, _ = read(root, "long.md")
    assert long.replace("~", "") != short.replace("~", ""), "the model cannot tell a part from the whole"
