"""`backwright connect` and `sync`: as a user types them, with the server really started as the assistant would."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from backwright.cli.main import main

MINE = '{\n  // mine\n  "mcpServers": {\n    "a": {"command": "x"}\n  }\n}\n'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project of a user with an empty home and nothing but system commands on the path."""
    home, root = tmp_path / "home", tmp_path / "shop"
    home.mkdir()
    root.mkdir()
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "BACKWRIGHT_STATE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return root


def test_an_assistant_is_connected_and_the_server_starts_as_it_would_start_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / ".mcp.json").write_text(MINE, encoding="utf-8")
    assert main(["connect", "claude-code", "--root", str(shop)]) == 0
    out = capsys.readouterr().out
    assert '+    "backwright": {' in out
    assert "  connected: backwright " in out
    assert "CLAUDE.md" in out
    written = (shop / ".mcp.json").read_text(encoding="utf-8")
    assert "// mine" in written
    assert json.dumps(sys.executable) in written
    backups = shop.parent / "home" / ".local" / "state" / "backwright" / "backups"
    assert [path.read_text(encoding="utf-8") for path in backups.iterdir()] == [MINE]

    assert main(["connect", "claude-code", "--root", str(shop), "--remove"]) == 0
    assert "note: " not in capsys.readouterr().out
    assert (shop / ".mcp.json").read_text(encoding="utf-8") == MINE
    assert sorted(path.name for path in shop.iterdir()) == [".mcp.json"]


def test_printed_it_is_only_shown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "cursor", "--root", str(shop), "--print", "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["assistants"]
    assert [each["path"] for each in answer["files"]] == [".cursor/mcp.json", "AGENTS.md"]
    assert "${workspaceFolder}" in answer["files"][0]["diff"]
    assert answer["written"] is False
    assert list(shop.iterdir()) == []


def test_without_a_name_all_that_are_found_are_connected_and_checked_again_by_themselves(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / ".vscode").mkdir()
    assert main(["connect", "--root", str(shop), "--no-instructions"]) == 0
    assert capsys.readouterr().out.startswith("VS Code (project)\n")
    assert main(["connect", "--check", "--root", str(shop), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["assistants"]
    assert answer["assistant"] == "vscode"
    assert "review_diff" in answer["connected"]["tools"]


def test_where_none_is_found_those_that_are_known_are_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "--root", str(shop)]) == 1
    assert "zed" in capsys.readouterr().err
    assert main(["connect", "--check", "--root", str(shop)]) == 1
    assert "no assistant's project configuration names backwright" in capsys.readouterr().err


def test_a_command_that_a_repository_brings_along_is_not_started(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = shop / "proof"
    entry = {"command": "/bin/sh", "args": ["-c", f"touch {proof}"]}
    (shop / ".mcp.json").write_text(json.dumps({"mcpServers": {"backwright": entry}}), encoding="utf-8")
    assert main(["connect", "--check", "--root", str(shop)]) == 1
    assert (
        "not connected: its entry names something else than `connect` writes, which is not started: /bin/sh -c"
        in capsys.readouterr().out
    )
    assert not proof.exists()


def test_a_module_of_the_project_s_own_is_not_imported_by_the_server(shop: Path) -> None:
    proof = shop / "proof"
    (shop / "json.py").write_text(f"open({str(proof)!r}, 'w').close()\n", encoding="utf-8")
    assert main(["connect", "codex", "--root", str(shop), "--no-instructions"]) == 0
    assert not proof.exists()


def test_a_server_that_does_not_answer_is_said_and_the_exit_code_is_1(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://127.0.0.1:1/mcp"
    assert main(["connect", "gemini", "--root", str(shop), "--http", url]) == 1
    assert f"  not connected: {url} cannot be reached" in capsys.readouterr().out
    settings = json.loads((shop / ".gemini" / "settings.json").read_text(encoding="utf-8"))
    assert settings == {"mcpServers": {"backwright": {"httpUrl": url}}}


def test_a_file_that_cannot_be_changed_is_named_and_the_exit_code_is_1(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "opencode.json").write_text("{,}", encoding="utf-8")
    assert main(["connect", "opencode", "--root", str(shop)]) == 1
    assert "opencode.json:1 cannot be changed" in capsys.readouterr().err
    assert (shop / "opencode.json").read_text(encoding="utf-8") == "{,}"


def test_one_file_that_cannot_be_changed_keeps_no_other_assistant_from_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / ".cursor").mkdir()
    (shop / ".cursor" / "mcp.json").write_text('{"a": 1}', encoding="utf-8")
    (shop / "opencode.json").write_text("{,}", encoding="utf-8")
    here = ["--root", str(shop), "--no-instructions"]
    assert main(["connect", "cursor", "opencode", *here, "--http", "http://127.0.0.1:1/mcp"]) == 1
    out = capsys.readouterr().out
    assert "  what was there: " in out
    assert "\n  failed: " in out
    assert "opencode.json:1 cannot be changed" in out
    assert main(["connect", "--check", *here]) == 1
    assert "opencode.json:1 cannot be changed" in capsys.readouterr().out
    assert main(["connect", "--remove", *here]) == 1
    assert "opencode.json:1 cannot be changed" in capsys.readouterr().out
    assert "backwright" not in (shop / ".cursor" / "mcp.json").read_text(encoding="utf-8")
    assert (shop / "opencode.json").read_text(encoding="utf-8") == "{,}"


@pytest.mark.parametrize("entry", [{"type": "http"}, {}])
def test_an_address_that_a_repository_brings_along_is_not_asked_unless_the_user_names_it(
    entry: dict[str, str], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    with _listening(asked) as url:
        text = json.dumps({"mcpServers": {"backwright": {**entry, "url": url}}})
        (shop / ".mcp.json").write_text(text, encoding="utf-8")
        check = ["connect", "--check", "--root", str(shop)]
        assert main(check) == 1
        assert f"not connected: its entry names an address, which is asked only if you name it with --http: {url}" in (
            capsys.readouterr().out
        )
        assert asked == []
        assert main([*check, "--http", url]) == 1
        assert asked[0].startswith("POST /mcp ")


def test_an_argument_that_makes_the_server_reach_for_a_database_is_not_started(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["connect", "claude-code", "--root", str(shop), "--no-instructions"]) == 0
    written = json.loads((shop / ".mcp.json").read_text(encoding="utf-8"))
    written["mcpServers"]["backwright"]["args"] += ["--database", "postgresql+asyncpg://10.0.0.1/x"]
    (shop / ".mcp.json").write_text(json.dumps(written), encoding="utf-8")
    assert main(["connect", "--check", "--root", str(shop)]) == 1
    assert "something else than `connect` writes, which is not started" in capsys.readouterr().out


@contextmanager
def _listening(asked: list[str]) -> Iterator[str]:
    """An address at which each request's first bytes are kept, and answered with a refusal."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.requestline)
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mcp"
        server.shutdown()


def test_an_address_that_is_none_is_not_tried(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / ".mcp.json").write_text('{"mcpServers": {"backwright": {"url": "http://[x"}}}', encoding="utf-8")
    assert main(["connect", "--check", "--root", str(shop)]) == 1
    assert (
        "its entry names an address, which is asked only if you name it with --http: http://[x"
        in capsys.readouterr().out
    )


def test_what_a_repository_s_files_say_moves_no_cursor(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "AGENTS.md").write_text("Be kind.\x1b[2K\x1b[1A\n", encoding="utf-8")
    assert main(["connect", "cursor", "--root", str(shop), "--print"]) == 0
    assert "Be kind.[U+001B][2K[U+001B][1A\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["emacs"], ["--root", "/no/such/folder"]])
def test_a_name_or_a_root_that_is_none_is_a_mistake(arguments: list[str], shop: Path) -> None:
    assert main(["connect", *arguments]) == 2


def test_the_list_says_which_assistants_are_found(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / ".cursor").mkdir()
    assert main(["connect", "--list", "--root", str(shop), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [name for name, each in listed.items() if each["found"]] == ["cursor"]
    assert main(["connect", "--list", "--root", str(shop)]) == 0
    assert capsys.readouterr().out.count("\n") == len(listed)


def test_skills_are_copied_refreshed_and_taken_away(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = ["connect", "claude-code", "--no-instructions", "--root", str(shop), "--skills", "code-review@1"]
    assert main(named) == 0
    skill = shop / ".claude" / "skills" / "code-review" / "SKILL.md"
    was = skill.read_bytes()
    assert main(["sync", "--root", str(shop)]) == 0
    capsys.readouterr()
    skill.write_bytes(was + b"mine\n")
    assert main(["sync", "--check", "--root", str(shop)]) == 1
    assert "SKILL.md: edited here, kept as it is" in capsys.readouterr().out
    skill.write_bytes(was)
    assert main([*named, "--remove"]) == 0
    assert not skill.exists()
    assert main(["sync", "--root", str(shop)]) == 0
    assert "no copies here" in capsys.readouterr().out
