"""Workspaces: one fresh repository a run, the skill on one side only, and no work ever overwritten."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.catalog.evals import tasks_of
from backwright.errors import InvalidInputError
from backwright.evaluating.workspace import check_record, places, prepare, result_of
from tests.evaluating._tasks import skill_with

SKILL = skill_with({})
TASKS = tasks_of(SKILL)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S607  the user's git


def test_each_run_is_a_clean_repository_of_one_commit(tmp_path: Path) -> None:
    made = prepare(tmp_path, SKILL, TASKS, 2)
    assert [(place.arm, place.run) for place in made] == [("with", 1), ("with", 2), ("without", 1), ("without", 2)]
    for place in made:
        assert git(place.folder, "rev-list", "--count", "HEAD").strip() == "1"
        assert git(place.folder, "status", "--porcelain") == ""
        assert (place.folder / "PROMPT.md").read_text(encoding="utf-8") == "Make double() double.\n"
        assert (place.folder / ".env").is_file()


def test_the_skill_is_placed_on_one_side_only_and_its_evals_on_none(tmp_path: Path) -> None:
    prepare(tmp_path, SKILL, TASKS, 1)
    given, left = tmp_path / "double/with/1", tmp_path / "double/without/1"
    for place in (".claude", ".agents"):
        skill = given / place / "skills/doubling"
        found = sorted(path.relative_to(skill).as_posix() for path in skill.rglob("*") if path.is_file())
        assert found == ["SKILL.md", "references/more.md"]
        assert not (left / place).exists()


def test_preparing_again_adds_runs_and_leaves_work_alone(tmp_path: Path) -> None:
    prepare(tmp_path, SKILL, TASKS, 1)
    work = tmp_path / "double/with/1/app.py"
    work.write_text("mine\n", encoding="utf-8")
    assert prepare(tmp_path, SKILL, TASKS, 1) == ()
    assert [(place.arm, place.run) for place in prepare(tmp_path, SKILL, TASKS, 2)] == [("with", 2), ("without", 2)]
    assert work.read_text(encoding="utf-8") == "mine\n"
    assert [place.run for place in places(tmp_path, TASKS[0])] == [1, 2, 1, 2]


def test_a_workspace_of_another_version_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path, SKILL, TASKS, 1)
    other = replace(SKILL, version="2.0.0")
    for refuse in (lambda: prepare(tmp_path, other, TASKS, 1), lambda: check_record(tmp_path, other)):
        with pytest.raises(InvalidInputError, match=r"prepared for doubling 1\.0\.0, and this is doubling 2\.0\.0"):
            refuse()
    with pytest.raises(InvalidInputError, match="is no workspace"):
        check_record(tmp_path / "double", SKILL)


@pytest.mark.parametrize("record", ["", "[]", "{", '{"skill": "\\u001b[31m"}'])
def test_a_record_that_is_damaged_is_refused_and_drives_no_terminal(tmp_path: Path, record: str) -> None:
    (tmp_path / "eval.json").write_text(record, encoding="utf-8")
    with pytest.raises(InvalidInputError) as refused:
        check_record(tmp_path, SKILL)
    assert "\x1b" not in refused.value.message + refused.value.hint


def test_a_file_in_the_place_of_a_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("mine\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        prepare(tmp_path / "work", SKILL, TASKS, 1)
    assert (tmp_path / "work").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("runs", [0, 101])
def test_runs_out_of_bounds_are_refused_before_anything_is_written(tmp_path: Path, runs: int) -> None:
    with pytest.raises(InvalidInputError):
        prepare(tmp_path / "new", SKILL, TASKS, runs)
    assert not (tmp_path / "new").exists()


def test_a_result_has_no_links_and_nothing_of_tools(tmp_path: Path) -> None:
    (place, *_) = prepare(tmp_path, SKILL, TASKS, 1)
    for path in (".venv/bin/python", ".pytest_cache/x", "pkg/__pycache__/a.pyc", "pkg/mod.py", ".claude/settings.json"):
        (place.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (place.folder / path).write_text("", encoding="utf-8")
    (place.folder / "passwd").symlink_to("/etc/passwd")
    assert sorted(result_of(place.folder)) == [".env", "app.py", "data/rows.csv", "old.py", "pkg/mod.py"]
