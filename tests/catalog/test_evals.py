"""Tasks of a skill as they are read: laid out, named, and refused where their format is broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backwright.catalog.evals import task_named, tasks_of
from backwright.errors import EvalNotFoundError, InvalidEvalError, SkillFileNotFoundError
from tests.evaluating._tasks import FILES, TASK, skill_with, task_with


def test_a_task_lays_its_solutions_over_the_start_without_what_they_remove() -> None:
    task = task_with()
    assert sorted(task.start) == [".env", "app.py", "data/rows.csv", "old.py"]
    assert sorted(task.reference) == [".env", "app.py", "data/rows.csv"]
    assert sorted(task.wrong) == sorted(task.start)
    assert task.reference["data/rows.csv"] == b"1\n"
    assert task.wrong["data/rows.csv"] == b"2\n"


def test_each_test_rule_and_glob_is_one_assertion() -> None:
    assert task_with().assertions == (
        "test_two_doubles",
        "test_three_doubles",
        "review:RUF006",
        "present:app.py",
        "absent:*.orig",
        "unchanged:data/*",
    )


def test_no_file_of_an_eval_is_served_and_the_digest_pins_them_all() -> None:
    skill = skill_with({})
    assert [file.path for file in skill.served] == ["SKILL.md", "references/more.md"]
    with pytest.raises(SkillFileNotFoundError) as refused:
        skill.file("evals/double/task.yaml")
    assert refused.value.hint == "its files: SKILL.md, references/more.md"
    assert skill_with({"verify/test_double.py": "def test_three_doubles(): ...\n"}).digest != skill.digest


def test_a_skill_without_evals_and_a_task_that_is_not_there_are_told_apart() -> None:
    with pytest.raises(EvalNotFoundError, match=r"the skill doubling 1\.0\.0 has no evals"):
        tasks_of(replace(skill_with({}), files=()))
    with pytest.raises(EvalNotFoundError) as refused:
        task_named(tasks_of(skill_with({})), "triple")
    assert refused.value.hint == "the tasks are double"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"task.yaml": None}, "title: Field required"),
        ({"task.yaml": TASK + "verifier: x\n"}, "verifier: Extra inputs are not permitted"),
        ({"task.yaml": TASK.replace("[doubled]", "[tripled]")}, "the skill has no tripled"),
        ({"task.yaml": TASK.replace("test_three_doubles", "test_four")}, "there is no assertion test_four"),
        ({"task.yaml": TASK.replace("[old.py]", "[none.py]")}, "reference removes 'none.py', which start/"),
        ({"task.yaml": TASK.replace("[RUF006]", "[RUF006, RUF006]")}, "the assertion review:RUF006 is there twice"),
        ({"notes.md": "?"}, "'notes.md' is no part of a task"),
        ({path: None for path in FILES if path.startswith("start/")}, "start/ has no file"),
        ({"wrong/app.py": None, "wrong/data/rows.csv": None}, "wrong/ changes nothing"),
        ({"verify/test_double.py": "def test_a(:\n"}, "verify/test_double.py is no Python"),
        ({"verify/test_double.py": "async def test_a(): ...\n"}, "test_a is no plain function"),
        ({"verify/test_double.py": "class TestIt: ...\n"}, "TestIt is no plain function"),
        ({"verify/test_more.py": "def test_two_doubles(): ...\n"}, "two tests of verify/ are called test_two_doubles"),
    ],
)
def test_a_task_that_breaks_its_format_is_refused_with_what_is_wrong(
    files: dict[str, str | None], message: str
) -> None:
    with pytest.raises(InvalidEvalError) as refused:
        task_with(files)
    assert message in refused.value.message
    assert refused.value.message.startswith("evals/double")
    assert refused.value.hint
