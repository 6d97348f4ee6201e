"""Configurations as they are found: of other line ends, marked, commented, linked to, closed, or no files at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.connecting.assistant import Machine, Scope, Server
from backwright.connecting.change import connected, entry_of, instructed, removed, write
from backwright.connecting.found import named
from backwright.errors import BackwrightError, ConfigurationUnreadableError, PathOutsideRootError, WriteFailedError

SERVER = Server(command="backwright", arguments=("serve",))
BOM = b"\xef\xbb\xbf"
DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root, home = tmp_path / "shop", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    return Machine(root=root, home=home, environment={}, platform="linux")


def file_of(machine: Machine, assistant: str, data: bytes) -> Path:
    path = machine.root / named(assistant).project[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("assistant", "data"),
    [
        ("claude-code", b'{\r\n  "mcpServers": {\r\n    "a": {"command": "x"}\r\n  }\r\n}\r\n'),
        ("claude-code", BOM + b'{\n  "mcpServers": {"a": {"command": "x"}}\n}\n'),
        ("vscode", b'{\n\t// mine\n\t"servers": {\n\t\t"a": {"command": "x",},\n\t},\n}\n'),
        ("zed", b'/* mine */ {"theme": "\xc3\xa9", "context_servers": {"a": {},}, "z": [1,],}'),
        ("codex", b'# mine\r\n[mcp_servers]\r\na = { command = "x" }\r\n'),
        ("codex", BOM + b'# mine\n[mcp_servers.a]\ncommand = "x"\n'),
    ],
)
def test_what_was_there_is_there_byte_by_byte_after_in_and_out(assistant: str, data: bytes, machine: Machine) -> None:
    path = file_of(machine, assistant, data)
    write(connected(named(assistant), machine, Scope.PROJECT, SERVER), None)
    assert entry_of(named(assistant), machine, Scope.PROJECT) == SERVER
    assert path.read_bytes().startswith(BOM) is data.startswith(BOM)
    write(removed(named(assistant), machine, Scope.PROJECT), None)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("assistant", "data", "why"),
    [
        ("claude-code", '{"mcpServers": {}}'.encode("utf-16"), "it is not UTF-8"),
        ("claude-code", b"null", "it holds no object"),
        ("claude-code", b"[]", "it holds no object"),
        ("claude-code", b'{"mcpServers": []}', "its mcpServers is no object"),
        ("claude-code", b'{"mcpServers": {"a": 1}, "mcpServers": {}}', 'it names "mcpServers" twice'),
        ("claude-code", b'{"a": "\x00"}', "Invalid control character"),
        ("claude-code", DEEP, "more than 64 levels"),
        ("codex", b"a = [", "it is no TOML"),
        ("codex", b'mcp_servers = { a = { command = "x" } }\n', "its form is none that an entry can be put into"),
    ],
)
def test_what_cannot_be_changed_is_said_and_left_as_it_is(
    assistant: str, data: bytes, why: str, machine: Machine
) -> None:
    path = file_of(machine, assistant, data)
    with pytest.raises(ConfigurationUnreadableError) as refused:
        connected(named(assistant), machine, Scope.PROJECT, SERVER)
    assert why in refused.value.message
    assert "--print" in refused.value.hint
    assert path.read_bytes() == data


def test_what_is_too_large_is_refused_by_its_size(machine: Machine) -> None:
    path = file_of(machine, "claude-code", b"")
    with path.open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(BackwrightError, match="the limit is"):
        connected(named("claude-code"), machine, Scope.PROJECT, SERVER)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_said_and_not_waited_for(kind: str, machine: Machine) -> None:
    path = machine.root / ".mcp.json"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(ConfigurationUnreadableError, match="is not a regular file"):
        connected(named("claude-code"), machine, Scope.PROJECT, SERVER)


@pytest.mark.parametrize("name", [".mcp.json", "CLAUDE.md", "AGENTS.md"])
def test_a_link_in_a_project_is_not_written_through_and_the_hint_says_what_to_do(name: str, machine: Machine) -> None:
    target = machine.home / "target"
    target.write_text("{}", encoding="utf-8")
    (machine.root / name).symlink_to(target)
    with pytest.raises(PathOutsideRootError) as refused:
        (connected(named("claude-code"), machine, Scope.PROJECT, SERVER), instructed(named("claude-code"), machine))
    assert "take the link away" in refused.value.hint
    assert target.read_text(encoding="utf-8") == "{}"


def test_a_link_to_the_user_s_own_file_stays_and_what_it_leads_to_is_changed(machine: Machine) -> None:
    kept = machine.home / "dotfiles.json"
    kept.write_text("{}\n", encoding="utf-8")
    (machine.home / ".claude.json").symlink_to(kept)
    write(connected(named("claude-code"), machine, Scope.USER, SERVER), None)
    assert (machine.home / ".claude.json").is_symlink()
    assert "backwright" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("out", [False, True], ids=["in", "out"])
def test_a_file_that_is_read_only_is_left_as_it_is(out: bool, machine: Machine) -> None:  # noqa: FBT001  a case
    path = file_of(machine, "claude-code", b'{"mcpServers": {"backwright": {"command": "old"}, "a": {}}}')
    claude = named("claude-code")
    planned = removed(claude, machine, Scope.PROJECT) if out else connected(claude, machine, Scope.PROJECT, SERVER)
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(WriteFailedError, match="it is read-only"):
        write(planned, machine.home / "backups")
    assert path.read_bytes() == before
    assert not (machine.home / "backups").exists()


ROAMING, SUPPORT = "home/AppData/Roaming", "home/Library/Application Support"


@pytest.mark.parametrize(
    ("assistant", "linux", "mac", "windows"),
    [
        ("zed", "home/.config/zed/settings.json", "home/.config/zed/settings.json", f"{ROAMING}/Zed/settings.json"),
        ("vscode", "home/.config/Code/User/mcp.json", f"{SUPPORT}/Code/User/mcp.json", f"{ROAMING}/Code/User/mcp.json"),
        ("jetbrains", *["home/.junie/mcp/mcp.json"] * 3),
        ("windsurf", *["home/.codeium/windsurf/mcp_config.json"] * 3),
        ("opencode", *["home/.config/opencode/opencode.json"] * 3),
    ],
)
def test_the_user_s_file_is_where_the_assistant_has_it_on_each_platform(
    assistant: str, linux: str, mac: str, windows: str, tmp_path: Path
) -> None:
    for platform, path in (("linux", linux), ("darwin", mac), ("win32", windows)):
        machine = Machine(root=tmp_path, home=tmp_path / "home", environment={}, platform=platform)
        assert named(assistant).user(machine) == tmp_path / path


@pytest.mark.parametrize(
    ("assistant", "platform", "trace"),
    [
        ("zed", "win32", f"{ROAMING}/Zed"),
        ("zed", "darwin", "home/.config/zed"),
        ("jetbrains", "darwin", f"{SUPPORT}/JetBrains"),
        ("jetbrains", "win32", f"{ROAMING}/JetBrains"),
        ("jetbrains", "linux", "home/.config/JetBrains"),
    ],
)
def test_an_assistant_is_found_by_what_it_leaves_on_its_platform(
    assistant: str, platform: str, trace: str, tmp_path: Path
) -> None:
    machine = Machine(root=tmp_path, home=tmp_path / "home", environment={}, platform=platform)
    assert tmp_path / trace in named(assistant).traces(machine)
