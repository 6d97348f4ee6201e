"""What of an entry may be tried: of a project's file only what `connect` writes, of the user's own a little more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backwright.connecting.assistant import Machine, Scope, Server
from backwright.connecting.found import as_started, known, named, server_for, tried
from backwright.errors import ToolUnavailableError

OWN = (sys.executable, "-P", "-m", "backwright", "serve")
LOCAL = ["http://127.0.0.1:8000/mcp", "http://localhost/mcp", "https://[::1]:9/mcp"]
each_scope = pytest.mark.parametrize("scope", Scope)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path, home=tmp_path / "home", environment={"PATH": str(tmp_path / "bin")})


def program(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "backwright"
    path.write_text("", encoding="utf-8")
    path.chmod(0o755)
    return path


def line(*words: str) -> Server:
    return Server(command=words[0], arguments=words[1:])


def may(machine: Machine, scope: Scope, server: Server, *, url: str | None = None, of: str = "claude-code") -> bool:
    return tried(named(of), machine, scope, server, url)


@each_scope
@pytest.mark.parametrize("of", [assistant.name for assistant in known()])
def test_what_connect_writes_is_tried(of: str, scope: Scope, machine: Machine) -> None:
    assert may(machine, scope, server_for(named(of), machine, None), of=of)


@each_scope
@pytest.mark.parametrize(
    "server",
    [
        line("sh", "-c", "backwright serve"),
        line("backwright", "contexts", "purge"),
        line("backwright"),
        line(sys.executable, "-c", "1"),
        line(sys.executable, "-m", "backwright", "serve"),
        line("./backwright", "serve"),
        Server(url="http://127.0.0.1.evil.example/mcp"),
        Server(url="http://localhost@evil.example/mcp"),
        Server(url="http://[x"),
        Server(url="file:///etc/passwd"),
    ],
)
def test_what_is_neither_this_program_nor_this_machine_is_not_tried(
    scope: Scope, server: Server, machine: Machine
) -> None:
    assert not may(machine, scope, server)


@pytest.mark.parametrize("url", LOCAL)
def test_an_address_in_a_project_is_asked_only_if_the_user_names_the_same(url: str, machine: Machine) -> None:
    assert not may(machine, Scope.PROJECT, Server(url=url))
    assert not may(machine, Scope.PROJECT, Server(url=url), url=url + "/other")
    assert may(machine, Scope.PROJECT, Server(url=url), url=url)


@pytest.mark.parametrize("url", LOCAL)
def test_an_address_on_this_machine_in_the_user_s_own_file_is_asked(url: str, machine: Machine) -> None:
    assert may(machine, Scope.USER, Server(url=url))
    assert may(machine, Scope.PROJECT, Server(url=url), of="windsurf")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--http", "--host", "0.0.0.0"),  # noqa: S104  what is refused
        ("--database", "postgresql+asyncpg://evil.example/x"),
        ("--pack", "skills"),
        ("--root", "/etc"),
        ("--root", "${workspaceFolder}", "--skills", "x"),
    ],
)
def test_arguments_that_connect_does_not_write_are_the_user_s_to_add_and_no_repository_s(
    arguments: tuple[str, ...], machine: Machine
) -> None:
    server = line(*OWN, *arguments)
    assert not may(machine, Scope.PROJECT, server, of="cursor")
    assert may(machine, Scope.USER, server, of="cursor")


def test_a_folder_is_the_project_s_own(machine: Machine) -> None:
    assert may(machine, Scope.PROJECT, line(*OWN, "--root", str(machine.root)))
    assert may(machine, Scope.PROJECT, line(*OWN, "--root", "${workspaceFolder}"), of="vscode")
    assert not may(machine, Scope.PROJECT, line(*OWN, "--root", "${workspaceFolder}"), of="claude-code")


def test_the_command_is_started_by_its_path(machine: Machine, tmp_path: Path) -> None:
    path = program(tmp_path / "bin")
    assert as_started(named("codex"), machine, line("backwright", "serve")) == line(str(path), "serve")


@pytest.mark.parametrize("path", [".", "", "bin", ":.", "./bin:/usr/bin"])
def test_a_program_that_lies_in_the_project_is_none_of_the_path_s(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin")
    (tmp_path / "bin" / "backwright").rename(tmp_path / "backwright")
    program(tmp_path / "other")
    (tmp_path / "other" / "backwright").rename(tmp_path / "bin" / "backwright")
    monkeypatch.chdir(tmp_path)
    machine = Machine(root=tmp_path, home=tmp_path, environment={"PATH": path})
    assert server_for(named("codex"), machine, None).command == sys.executable
    with pytest.raises(ToolUnavailableError, match="not on the path"):
        as_started(named("codex"), machine, line("backwright", "serve"))
