"""The verifiers of every eval are themselves proved: the reference passes all, the start and the wrong one fail."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.catalog.evals import Task, tasks_of
from backwright.catalog.loader import load_skill
from backwright.catalog.skill import EVALS, Skill
from backwright.evaluating.grading import Interpreter, grade
from backwright.evaluating.reviewed import report_of
from backwright.evaluating.workspace import PLACES, files_of, lay_out
from backwright.review.page import rule_page
from tests.pack._pages import NAMES, SKILLS

FEWEST = 3
FOLDERS = sorted(path.parent for path in SKILLS.glob(f"*/{EVALS}*/task.yaml"))


def skill_of(name: str) -> Skill:
    skill = load_skill(SKILLS / name)
    assert isinstance(skill, Skill), skill
    return skill


def outcomes(task: Task, result: Mapping[str, bytes]) -> dict[str, str]:
    environment = Interpreter(Path(sys.executable)).for_result()
    return {each.assertion: f"{each.outcome} {each.evidence}".strip() for each in grade(task, result, environment)}


def failing(said: Mapping[str, str]) -> list[str]:
    return sorted(name for name, outcome in said.items() if outcome.startswith("failed"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_the_reference_of_a_task_passes_and_the_start_and_the_wrong_one_fail(folder: Path, tmp_path: Path) -> None:
    skill = skill_of(folder.parents[1].name)
    task = next(task for task in tasks_of(skill) if task.name == folder.name)
    assert outcomes(task, task.reference) == dict.fromkeys(task.assertions, "passed")
    start = outcomes(task, task.start)
    assert failing(start), "the project that an assistant starts with passes already"
    wrong = outcomes(task, task.wrong)
    assert failing(wrong) == sorted(task.file.wrong.fails), wrong
    assert not [outcome for outcome in (*start.values(), *wrong.values()) if outcome.startswith("not run")]
    lay_out(tmp_path, task.reference)
    report = report_of(task.start, task.reference, tmp_path)
    assert [f"{f.location.path}:{f.location.line} {f.code} {f.message}" for f in report.findings] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_skill_has_evals_that_keep_their_format_and_name_rules_that_exist(name: str) -> None:
    skill = skill_of(name)
    tasks = tasks_of(skill)
    assert len(tasks) >= FEWEST
    for task in tasks:
        assert [code for code in task.file.review if not rule_page(code)] == []
        assert skill.name not in task.file.prompt, "a prompt names no skill"


@pytest.mark.parametrize("name", NAMES)
def test_no_model_is_handed_the_evals_of_a_skill(name: str) -> None:
    skill = skill_of(name)
    assert [file.path for file in skill.served if file.path.startswith(EVALS)] == []
    for task in tasks_of(skill):
        given = files_of(task, skill, "with")
        placed = {path.partition(f"{name}/")[2] for path in given if path.startswith(PLACES)}
        assert placed == {file.path for file in skill.served}
        assert not any(path.startswith(PLACES) for path in files_of(task, skill, "without"))


def test_no_skill_has_a_name_that_the_command_keeps_for_itself() -> None:
    assert "routing" not in NAMES
