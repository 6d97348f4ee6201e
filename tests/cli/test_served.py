"""Every command that reads the catalog reads what `serve` would serve with the same options and environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import write_pack
from tests.catalog._venvs import install, write_venv
from tests.mcp_api._connect import COMMAND, ask, connected

NOTE = """\
---
name: {name}
description: Say what it is for. Use when {name} is at hand.
triggers: [{name} work]
metadata:
  version: "1.4.0"
---

# {name}

- [ ] Ask twice.
"""
NAMES = ["lib/gizmo/gizmo", "one", "own-notes", "root/more/one"]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, ...]:
    """Two folders of skills, one of them with a name that the pack has."""
    for folder, name in (("notes", "own-notes"), ("more", "one")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.md").write_text(NOTE.format(name=name), encoding="utf-8")
    return tmp_path / "notes", tmp_path / "more"


@pytest.fixture(params=["options", "environment"])
def options(
    request: pytest.FixtureRequest, tmp_path: Path, folders: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """What names the pack and the folders, in a project whose environment is the one that is active."""
    pack = write_pack(tmp_path / "pack", "one")
    project = tmp_path / "project"
    project.mkdir()
    (project / "backwright.yaml").write_text("skills: {own-notes: ~1.4}\n", encoding="utf-8")
    install(write_venv(tmp_path, "active"), "gizmo", skills=("gizmo",))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    monkeypatch.chdir(project)
    if request.param == "options":
        return ("--pack", str(pack), *(part for folder in folders for part in ("--skills", str(folder))))
    monkeypatch.setenv("BACKWRIGHT_PACK", str(pack))
    monkeypatch.setenv("BACKWRIGHT_SKILLS", os.pathsep.join(map(str, folders)))
    return ()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    return code, capsys.readouterr().out


async def test_the_commands_name_the_skills_and_the_problems_that_a_server_does(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    async with connected((*COMMAND, *options)) as client:
        skills = (await ask(client, "skills/list"))["skills"]
        problems = (await client.call_tool("skill_problems", {})).structured_content or {}
    listed = json.loads(run(capsys, "skills", "--json", *options)[1])["skills"]
    assert [skill["name"] for skill in listed] == NAMES
    assert sorted(skill["uri"] for skill in listed) == sorted(skill["uri"] for skill in skills)
    code, out = run(capsys, "lint", "--json", *options)
    found = {(each["path"], each["line"], each["code"]) for each in json.loads(out)["problems"]}
    assert code == 1
    assert found == {(each["path"], each.get("line"), each["code"]) for each in problems["problems"]}


def test_a_skill_of_a_folder_is_shown_compared_and_pinned(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    _, out = run(capsys, "skills", "show", "own-notes", *options)
    assert out.startswith("own-notes  1.4.0  skill://own-notes/SKILL.md\n")
    _, out = run(capsys, "skills", "diff", "root/more/one@1", "root/more/one", *options)
    assert out.startswith("# root/more/one 1.4.0 -> 1.4.0\n")
    assert run(capsys, "outdated", *options) == (0, "own-notes ~1.4: 1.4.0, current\n")


def test_a_request_is_routed_to_a_skill_of_a_folder_and_of_the_active_environment(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    for text, name in (("help with own-notes work", "own-notes"), ("a gizmo at hand", "lib/gizmo/gizmo")):
        answer = json.loads(run(capsys, "route", text, "--json", *options)[1])
        assert (answer["decision"], answer["matches"][0]["skill"]) == ("auto", name)


@pytest.mark.parametrize("command", [("skills",), ("route", "text"), ("outdated",), ("lint",)])
def test_a_folder_that_is_not_there_is_a_mistake_of_the_call(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], tmp_path: Path
) -> None:
    assert main([*command, "--skills", str(tmp_path / "nothing")]) == 2
    assert "nothing' is not a folder" in capsys.readouterr().err


def test_paths_to_lint_and_folders_to_serve_exclude_each_other(
    capsys: pytest.CaptureFixture[str], folders: tuple[Path, ...]
) -> None:
    assert main(["lint", str(folders[0]), "--skills", str(folders[1])]) == 2
    assert "leave the paths out, or the options" in capsys.readouterr().err
