"""Each assistant: its entry goes into its own file, is read back, and goes out again with all else kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backwright.connecting import jsonc, toml
from backwright.connecting.assistant import Assistant, Machine, Scope, Server, Syntax
from backwright.connecting.change import connected, entry_of, instructed, removed, uninstructed, write
from backwright.connecting.found import as_started, known, named, present, server_for
from backwright.connecting.instructions import drop, put
from backwright.errors import (
    ConfigurationUnreadableError,
    InvalidInputError,
    PathOutsideRootError,
    WriteFailedError,
)

each_assistant = pytest.mark.parametrize("assistant", known(), ids=lambda assistant: assistant.name)
each_scope = pytest.mark.parametrize("scope", Scope)
COMMAND = Server(command="backwright", arguments=("serve",))
REMOTE = Server(url="http://127.0.0.1:8000/mcp")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root, home = tmp_path / "shop", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    return Machine(root=root, home=home, environment={"PATH": str(tmp_path / "bin")}, platform="linux")


def test_the_assistants_are_these() -> None:
    names = "claude-code codex cursor gemini jetbrains opencode vscode windsurf zed"
    assert [assistant.name for assistant in known()] == names.split()


@each_assistant
@each_scope
@pytest.mark.parametrize("server", [COMMAND, REMOTE], ids=["command", "address"])
def test_an_entry_is_read_back_as_it_was_written(
    assistant: Assistant, scope: Scope, server: Server, machine: Machine
) -> None:
    write(connected(assistant, machine, scope, server), None)
    assert entry_of(assistant, machine, scope) == server
    assert not connected(assistant, machine, scope, server).changed


@each_assistant
@each_scope
def test_the_folders_of_the_project_and_of_the_user_stay_however_empty_they_are(
    assistant: Assistant, scope: Scope, machine: Machine
) -> None:
    write(connected(assistant, machine, scope, COMMAND), None)
    write(removed(assistant, machine, scope), None)
    write(instructed(assistant, machine), None)
    write(uninstructed(assistant, machine), None)
    assert machine.root.is_dir()
    assert machine.home.is_dir()


@each_assistant
@each_scope
def test_removed_nothing_of_it_is_left_on_the_disk(assistant: Assistant, scope: Scope, machine: Machine) -> None:
    write(connected(assistant, machine, scope, COMMAND), None)
    write(removed(assistant, machine, scope), None)
    assert entry_of(assistant, machine, scope) is None
    assert [path for path in machine.root.rglob("*") if path.is_file()] == []
    assert [path for path in machine.home.rglob("*") if path.is_file()] == []


@each_assistant
def test_what_else_is_in_the_file_stays_and_a_copy_of_it_is_kept(assistant: Assistant, machine: Machine) -> None:
    path = assistant.user(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = '{\n  // mine\n  "a": [1]\n}\n' if assistant.syntax is Syntax.JSON else "# mine\na = [1]\n"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    copy = write(connected(assistant, machine, Scope.USER, COMMAND), machine.home / "backups")
    assert copy is not None
    assert copy.read_text(encoding="utf-8") == text
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "mine" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    write(removed(assistant, machine, Scope.USER), None)
    assert path.read_text(encoding="utf-8") == text


@each_assistant
def test_what_a_user_added_to_our_entry_stays_when_it_is_renewed(assistant: Assistant, machine: Machine) -> None:
    write(connected(assistant, machine, Scope.USER, COMMAND), None)
    path, put = assistant.user(machine), jsonc.put if assistant.syntax is Syntax.JSON else toml.put
    entry = {**assistant.entry(COMMAND), "env": {"BACKWRIGHT_USAGE": "1"}}
    path.write_text(put(path.read_text(encoding="utf-8"), assistant.keys, "backwright", entry), encoding="utf-8")
    change = connected(assistant, machine, Scope.USER, REMOTE)
    assert change.after is not None
    assert "BACKWRIGHT_USAGE" in change.after
    write(change, None)
    assert entry_of(assistant, machine, Scope.USER) == REMOTE


@each_assistant
def test_a_repository_s_link_in_the_place_of_its_file_is_not_followed(assistant: Assistant, machine: Machine) -> None:
    for each in assistant.project:
        outside = machine.home / "outside"
        outside.write_text("{}", encoding="utf-8")
        path = machine.root / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(outside)
        with pytest.raises(PathOutsideRootError):
            connected(assistant, machine, Scope.PROJECT, COMMAND)
        assert outside.read_text(encoding="utf-8") == "{}"


def test_a_user_s_own_link_stays_a_link(machine: Machine) -> None:
    real = machine.home / "dotfiles.json"
    real.write_text("{}\n", encoding="utf-8")
    (machine.home / ".cursor").mkdir()
    (machine.home / ".cursor" / "mcp.json").symlink_to(real)
    write(connected(named("cursor"), machine, Scope.USER, COMMAND), None)
    assert (machine.home / ".cursor" / "mcp.json").is_symlink()
    assert "backwright" in real.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_read_is_named_and_stays(machine: Machine) -> None:
    path = machine.root / ".mcp.json"
    path.write_bytes(b'{"a": 1,\n"b": \xff}')
    with pytest.raises(ConfigurationUnreadableError, match=r"\.mcp\.json cannot be changed: it is not UTF-8"):
        connected(named("claude-code"), machine, Scope.PROJECT, COMMAND)
    path.write_text('{"a": 1,\n"b": }', encoding="utf-8")
    with pytest.raises(ConfigurationUnreadableError, match=r"\.mcp\.json:2 cannot be changed: Expecting value"):
        connected(named("claude-code"), machine, Scope.PROJECT, COMMAND)
    assert path.read_text(encoding="utf-8") == '{"a": 1,\n"b": }'


def test_a_file_that_changed_since_it_was_read_is_not_overwritten(machine: Machine) -> None:
    change = connected(named("claude-code"), machine, Scope.PROJECT, COMMAND)
    (machine.root / ".mcp.json").write_text('{"mcpServers": {"other": {}}}', encoding="utf-8")
    with pytest.raises(WriteFailedError, match="somebody else"):
        write(change, None)
    assert "other" in (machine.root / ".mcp.json").read_text(encoding="utf-8")


@each_assistant
def test_its_instructions_go_in_once_and_out_again(assistant: Assistant, machine: Machine) -> None:
    path = machine.root / assistant.instructions
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# Shop\n\nRun the tests.\n", encoding="utf-8")
    write(instructed(assistant, machine), None)
    assert path.read_text(encoding="utf-8").startswith("# Shop\n\nRun the tests.\n\n<!-- backwright:begin -->\n")
    assert not instructed(assistant, machine).changed
    path.write_text(path.read_text(encoding="utf-8") + "\nMore of mine.\n", encoding="utf-8")
    write(uninstructed(assistant, machine), None)
    assert path.read_text(encoding="utf-8") == "# Shop\n\nRun the tests.\n\nMore of mine.\n"


@pytest.mark.parametrize(
    "text",
    [
        "<!-- backwright:begin -->\nmine\n",
        "<!-- backwright:end -->\nmine\n",
        "<!-- backwright:end -->\nmine\n<!-- backwright:begin -->\nmine too\n",
    ],
)
def test_a_lone_mark_takes_nothing_with_it_and_the_paragraph_still_stands_there_once(text: str) -> None:
    once = put(text)
    assert once.startswith(text)
    assert put(once) == once
    assert drop(once) == text


def test_a_file_that_only_points_to_agents_md_is_left_and_that_one_is_added_to(machine: Machine) -> None:
    (machine.root / "CLAUDE.md").write_text("@AGENTS.md\n", encoding="utf-8")
    assert instructed(named("claude-code"), machine).path == machine.root / "AGENTS.md"


def test_opencode_s_file_with_comments_is_the_one_that_is_changed_where_it_is_there(machine: Machine) -> None:
    (machine.root / "opencode.jsonc").write_text("{} // mine\n", encoding="utf-8")
    assert connected(named("opencode"), machine, Scope.PROJECT, COMMAND).path.name == "opencode.jsonc"


def test_windsurf_reads_nothing_of_a_project_so_the_user_s_file_is_changed(machine: Machine) -> None:
    change = connected(named("windsurf"), machine, Scope.PROJECT, COMMAND)
    assert change.path == machine.home / ".codeium" / "windsurf" / "mcp_config.json"


@pytest.mark.parametrize(
    ("platform", "variables", "path"),
    [
        ("linux", {}, "home/.config/Code/User/mcp.json"),
        ("linux", {"XDG_CONFIG_HOME": "there"}, "there/Code/User/mcp.json"),
        ("darwin", {}, "home/Library/Application Support/Code/User/mcp.json"),
        ("win32", {}, "home/AppData/Roaming/Code/User/mcp.json"),
    ],
)
def test_vs_code_keeps_the_user_s_file_where_the_platform_has_it(
    platform: str, variables: dict[str, str], path: str, tmp_path: Path
) -> None:
    absolute = {name: str(tmp_path / value) for name, value in variables.items()}
    machine = Machine(root=tmp_path, home=tmp_path / "home", environment=absolute, platform=platform)
    assert named("vscode").user(machine) == tmp_path / path


def test_a_folder_that_a_variable_names_is_the_one(tmp_path: Path) -> None:
    told = {"CODEX_HOME": str(tmp_path / "c"), "CLAUDE_CONFIG_DIR": str(tmp_path / "d")}
    machine = Machine(root=tmp_path, home=tmp_path / "home", environment=told)
    assert named("codex").user(machine) == tmp_path / "c" / "config.toml"
    assert named("claude-code").user(machine) == tmp_path / "d" / ".claude.json"


def test_assistants_are_found_by_their_traces_and_their_programs(machine: Machine, tmp_path: Path) -> None:
    assert present(machine) == ()
    (machine.root / ".vscode").mkdir()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "codex"
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    assert [assistant.name for assistant in present(machine)] == ["codex", "vscode"]


def test_a_name_that_is_none_is_answered_with_those_that_are() -> None:
    with pytest.raises(InvalidInputError) as refused:
        named("emacs")
    assert "claude-code, codex" in refused.value.hint


def test_the_command_is_named_by_its_name_where_it_is_on_the_path(machine: Machine, tmp_path: Path) -> None:
    own = Server(command=sys.executable, arguments=("-P", "-m", "backwright", "serve"))
    assert server_for(named("codex"), machine, None) == own
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "backwright").write_text("", encoding="utf-8")
    (tmp_path / "bin" / "backwright").chmod(0o755)
    assert server_for(named("codex"), machine, None) == COMMAND


def test_an_assistant_that_starts_servers_elsewhere_is_asked_for_its_folder(machine: Machine) -> None:
    server = server_for(named("cursor"), machine, None)
    assert server.arguments[-2:] == ("--root", "${workspaceFolder}")
    assert as_started(named("cursor"), machine, server).arguments[-2:] == ("--root", str(machine.root))


def test_where_no_copy_can_be_kept_nothing_is_written(machine: Machine) -> None:
    (machine.root / ".mcp.json").write_text("{}\n", encoding="utf-8")
    (machine.home / "backups").write_text("", encoding="utf-8")
    with pytest.raises(WriteFailedError, match="cannot be written"):
        write(connected(named("claude-code"), machine, Scope.PROJECT, COMMAND), machine.home / "backups")
    assert (machine.root / ".mcp.json").read_text(encoding="utf-8") == "{}\n"
