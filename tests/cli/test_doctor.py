from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backwright.app import App
from backwright.cli._doctor import assistants, here, remote, stores
from backwright.cli._doctor.finding import Finding, Look, looked
from backwright.cli._doctor.here import Here
from backwright.cli.main import main
from backwright.connecting.found import known
from backwright.contexts.opening import open_store
from backwright.settings import Settings
from tests.catalog._packs import write_pack
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack

PASSWORD = "hunter2hunter2"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with nothing of Backwright yet, in a project of the user's."""
    for name in [name for name in os.environ if name.startswith(("BACKWRIGHT_", "OTEL_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    project = tmp_path / "project"
    for folder in (project, tmp_path / "home"):
        folder.mkdir()
    return project


def seen(look: Look, root: Path, pack: Path, url: str | None = None, **variables: str) -> list[Finding]:
    environment: Mapping[str, str] = {"HOME": str(root.parent / "home"), "PATH": os.environ["PATH"], **variables}
    settings = replace(Settings.from_environment(environment, root=root), pack=pack)
    return list(looked("part", look, Here(App(settings), environment, root, url)))


def statuses(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.part, one.status) for one in found]


def asked(*options: str) -> tuple[int, dict[str, Any]]:
    import io
    from contextlib import redirect_stdout

    with redirect_stdout(io.StringIO()) as out:
        code = main(["doctor", "--json", *options])
    return code, json.loads(out.getvalue())


def test_a_sound_set_up_has_no_problem_and_its_server_is_really_started(alone: Path, pack: Path) -> None:
    code, said = asked("--root", str(alone), "--pack", str(pack))
    assert (code, said["ok"]) == (0, True)
    by_part = {one["part"]: one for one in said["findings"]}
    assert {"python", "command", "pack", "ruff", "project", "database", "bus", "extras", "server"} <= by_part.keys()
    assert [one for one in said["findings"] if one["status"] == "problem"] == []
    assert by_part["server"]["says"].startswith("starts over stdio and lists ")
    assert list((alone.parent / "home").iterdir()) == []
    assert list(alone.iterdir()) == []


def test_a_problem_is_said_with_what_to_do_and_ends_with_1(
    alone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = write_pack(tmp_path / "pack", "one")
    (changed / "skills" / "one" / "references" / "more.md").write_text("changed", encoding="utf-8")
    (alone / "backwright.yaml").write_text("framework: cobol\n", encoding="utf-8")
    assert main(["doctor", "--root", str(alone), "--pack", str(changed)]) == 1
    lines = capsys.readouterr().out.splitlines()
    (wrong,) = [number for number, line in enumerate(lines) if line.startswith("problem  pack")]
    assert "references/more.md" in lines[wrong]
    assert "mend it: " in lines[wrong + 1]
    assert any(line.startswith("problem  backwright.yaml") and "framework" in line for line in lines)
    assert lines[-1].startswith("problems: ")


def test_looking_makes_no_database(alone: Path, pack: Path) -> None:
    url = f"sqlite:///{alone / 'contexts.db'}"
    assert statuses(seen(stores.database, alone, pack, BACKWRIGHT_DATABASE_URL=url)) == [("database", "ok")]
    assert list(alone.iterdir()) == []


@pytest.mark.parametrize(
    ("revision", "status", "says"),
    [(None, "ok", "as this version writes them"), ("0001", "warning", "an earlier"), ("9999", "problem", "a later")],
)
def test_the_tables_of_the_database_are_told_by_their_revision(
    alone: Path, pack: Path, revision: str | None, status: str, says: str
) -> None:
    path = alone / "contexts.db"
    open_store(f"sqlite:///{path}").close()
    if revision is not None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    (found,) = seen(stores.database, alone, pack, BACKWRIGHT_DATABASE_URL=f"sqlite:///{path}")
    assert (found.status, says in found.says) == (status, True)


def test_what_is_no_database_and_what_others_may_read_is_said(alone: Path, pack: Path) -> None:
    path = alone / "contexts.db"
    path.write_text("no database\n" * 100, encoding="utf-8")
    path.chmod(0o644)
    readable, broken = seen(stores.database, alone, pack, BACKWRIGHT_DATABASE_URL=f"sqlite:///{path}")
    assert (readable.status, readable.fix) == ("warning", f"chmod 600 {path}")
    assert broken.status == "problem"
    assert "RECORD_UNREADABLE" in broken.says


def test_what_does_not_answer_is_named_without_its_password(alone: Path, pack: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        at = f"user:{PASSWORD}@127.0.0.1:{taken.getsockname()[1]}"
        found = [
            *seen(stores.bus, alone, pack, BACKWRIGHT_BUS_URL=f"redis://{at}/0"),
            *seen(stores.database, alone, pack, BACKWRIGHT_DATABASE_URL=f"postgresql://{at}/none"),
            *seen(stores.database, alone, pack, BACKWRIGHT_DATABASE_URL=f"oracle://{at}/none"),
        ]
    assert [one.status for one in found] == ["problem"] * 3
    assert PASSWORD not in str(found)


def test_an_extra_that_is_configured_and_not_installed_is_a_problem(
    alone: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "EXTRAS", {"service": ("no_such_module",), "redis": ("redis",)})
    wanted = {"BACKWRIGHT_LOG": "json", "BACKWRIGHT_BUS_URL": "redis://127.0.0.1:1"}
    (wrong,) = [one for one in seen(here.extras, alone, pack, **wanted) if one.status == "problem"]
    assert wrong.fix == "install backwright[service]"


def test_a_folder_that_others_may_write_to_is_a_warning(alone: Path, pack: Path) -> None:
    (alone / "state").mkdir()
    (alone / "state").chmod(0o777)
    state, cache = seen(here.folders, alone, pack, BACKWRIGHT_STATE=str(alone / "state"))
    assert (state.status, cache.status) == ("warning", "ok")


CONFIGURATIONS = [
    (".mcp.json", {"mcpServers": {"backwright": {"command": "backwright", "args": ["serve"]}}}, "ok"),
    (".cursor/mcp.json", {"mcpServers": {"backwright": {"command": "backwrong", "args": ["serve"]}}}, "problem"),
    (".vscode/mcp.json", {"servers": {"backwright": {"command": "backwright", "args": ["review"]}}}, "problem"),
    (".gemini/settings.json", {"mcpServers": {"bw": {"command": "uv", "args": ["run", "backwright", "serve"]}}}, "ok"),
    ("../home/.claude.json", {"mcpServers": {"backwright": {"type": "http", "url": "https://mcp.example"}}}, "ok"),
    ("../home/.cursor/mcp.json", {"mcpServers": {"backwright": {"args": ["serve"]}}}, "problem"),
]


@pytest.mark.parametrize(("file", "content", "status"), CONFIGURATIONS, ids=[each[0] for each in CONFIGURATIONS])
def test_what_an_assistant_is_told_to_start_is_looked_at(
    alone: Path, pack: Path, file: str, content: dict[str, Any], status: str
) -> None:
    (alone / file).parent.mkdir(exist_ok=True)
    (alone / file).write_text(json.dumps(content), encoding="utf-8")
    assert statuses(seen(assistants.configurations, alone, pack)) == [("assistant", status)]


def test_a_configuration_in_toml_is_read_too(alone: Path, pack: Path) -> None:
    folder = alone.parent / "home" / ".codex"
    folder.mkdir()
    (folder / "config.toml").write_text('[mcp_servers.backwright]\ncommand = "backwright"\nargs = ["serve"]\n')
    (found,) = seen(assistants.configurations, alone, pack)
    assert (found.status, found.says) == ("ok", "~/.codex/config.toml: backwright starts backwright, which is found")


@pytest.mark.parametrize("name", [assistant.name for assistant in known()])
def test_what_connect_writes_is_seen_whichever_assistant_it_is_for(
    name: str, alone: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("CODEX_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(variable, raising=False)
    for scope in ("project", "user"):
        command = ["connect", name, "--root", str(alone), "--scope", scope, "--no-instructions"]
        assert main([*command, "--http", "http://127.0.0.1:1/mcp"]) == 1, "nothing listens there"
        found = seen(assistants.configurations, alone, pack)
        assert {(one.status, one.says.rpartition(": ")[2]) for one in found} == {
            ("ok", "backwright names a URL; look at it with --http")
        }
        assert main([*command, "--remove"]) == 0


def test_a_configuration_with_comments_is_read_and_one_that_is_broken_is_named(alone: Path, pack: Path) -> None:
    (alone / ".mcp.json").write_text('{"mcpServers": {"backwright": {"command": "sh"},}} // mine\n', encoding="utf-8")
    (alone / "opencode.json").write_text("{,}", encoding="utf-8")
    strange, broken = seen(assistants.configurations, alone, pack)
    assert strange.says == "./.mcp.json: backwright starts sh, which is not this program"
    assert broken.says.startswith("./opencode.json cannot be read: ")


def test_nothing_that_a_projects_files_name_is_run(alone: Path, pack: Path) -> None:
    trap = alone / "sprung"
    hostile = {"command": "sh", "args": ["-c", f"touch {trap}", "backwright", "serve"]}
    (alone / ".mcp.json").write_text(json.dumps({"mcpServers": {"backwright": hostile}}), encoding="utf-8")
    (alone / "backwright.py").write_text(f"open({str(trap)!r}, 'w')\n", encoding="utf-8")
    (alone / "json.py").write_text(f"open({str(trap)!r}, 'w')\n", encoding="utf-8")
    code, said = asked("--root", str(alone), "--pack", str(pack))
    assert code == 0
    assert [one["status"] for one in said["findings"] if one["part"] == "assistant"] == ["warning"]
    assert not trap.exists()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "[]", '{"mcpServers": 7}', '{"mcpServers": {"backwright": 7}}'])
def test_a_broken_configuration_breaks_nothing(alone: Path, pack: Path, text: str) -> None:
    (alone / ".mcp.json").write_text(text, encoding="utf-8")
    assert {one.status for one in seen(assistants.configurations, alone, pack)} <= {"ok", "warning"}


def test_a_server_over_http_is_looked_at_as_a_client_sees_it(alone: Path, pack: Path) -> None:
    with http_server(pack) as url:
        found = seen(remote.remote, alone, pack, url)
        assert seen(remote.remote, alone, pack, url.removesuffix("/mcp")) == found
    assert [one for one in found if one.status != "ok"] == []
    assert found[-1].says.startswith("lists ")
    (gone,) = seen(remote.remote, alone, pack, url)
    assert gone.status == "problem"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://", "file:///etc/passwd"])
def test_what_is_no_url_of_a_server_is_said(alone: Path, pack: Path, url: str) -> None:
    (found,) = seen(remote.remote, alone, pack, url)
    assert (found.status, "--http takes a URL" in found.says) == ("problem", True)
