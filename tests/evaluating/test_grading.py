"""Grades: what passed, what failed and by which evidence, and what was not run and why."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.catalog.evals import Task
from backwright.evaluating.grading import Interpreter, grade, grade_place
from backwright.evaluating.result import UNTOUCHED, Graded
from backwright.evaluating.workspace import prepare
from tests.evaluating._tasks import FILES, TASK, skill_with, task_with

PYTHON = Interpreter(Path(sys.executable))
HERE = PYTHON.for_result()


def said(task: Task, result: Mapping[str, bytes]) -> dict[str, Graded]:
    return {each.assertion: each for each in grade(task, result, HERE)}


def with_app(task: Task, text: str) -> dict[str, bytes]:
    return {**task.start, "app.py": text.encode()}


def test_a_solution_passes_every_assertion_without_evidence() -> None:
    task = task_with()
    assert grade(task, task.reference, HERE) == tuple(Graded(name, "passed") for name in task.assertions)


def test_a_failure_is_told_by_the_tests_own_message_and_line() -> None:
    task = task_with()
    found = said(task, task.wrong)
    assert found["test_two_doubles"].outcome == "passed"
    assert found["test_three_doubles"] == Graded(
        "test_three_doubles", "failed", "AssertionError: three is not doubled (test_double.py:9)"
    )
    assert found["unchanged:data/*"] == Graded("unchanged:data/*", "failed", "data/rows.csv is another")


def test_a_failure_inside_the_result_is_told_at_the_line_of_the_test() -> None:
    task = task_with()
    found = said(task, with_app(task, "def double(number: int) -> int:\n    raise KeyError(number)\n"))
    assert found["test_three_doubles"].evidence == "KeyError: 3 (test_double.py:9)"


def test_files_that_are_missing_or_left_are_told() -> None:
    task = task_with()
    found = said(task, {"app.py.orig": b"", "data/other.csv": b""})
    assert found["present:app.py"].outcome == "failed"
    assert found["absent:*.orig"].evidence == "there is app.py.orig"
    assert found["unchanged:data/*"].evidence == "data/rows.csv is gone"


def test_a_rule_fails_by_the_line_that_it_finds_and_no_comment_silences_it() -> None:
    task = task_with()
    lost = (
        "import asyncio\n\n\nasync def double(number: int) -> None:\n    asyncio.create_task(asyncio.sleep(number)){}\n"
    )
    evidence = said(task, with_app(task, lost.format("")))["review:RUF006"].evidence
    assert evidence.startswith("app.py:5: Store a reference")
    silenced = said(task, with_app(task, lost.format("  # backwright: ignore[RUF006] it is fine here")))
    assert silenced["review:RUF006"] == Graded("review:RUF006", "failed", "app.py:5: silenced by a comment")


def test_code_that_does_not_parse_passes_no_rule_and_no_test() -> None:
    task = task_with()
    found = said(task, with_app(task, "def double(:\n"))
    assert found["review:RUF006"].outcome == "failed"
    assert "SyntaxError" in found["test_two_doubles"].evidence


def test_code_that_never_ends_fails_in_time() -> None:
    task = task_with({"task.yaml": f"{TASK}limits: {{seconds: 2}}\n"})
    found = said(task, with_app(task, "def double(number: int) -> int:\n    while True: ...\n"))
    assert found["test_two_doubles"].outcome == "failed"
    assert found["test_two_doubles"].evidence in {
        "it was not done after 2 s",
        "a signal ended it (9), such as for too much computing or memory",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to an address space")
def test_code_that_takes_too_much_memory_fails() -> None:
    task = task_with({"task.yaml": f"{TASK}limits: {{memory: 512}}\n"})
    found = said(task, with_app(task, "def double(number: int) -> int:\n    return len(bytearray(1 << 30)) and 4\n"))
    assert "MemoryError" in found["test_two_doubles"].evidence


def test_code_under_grading_has_no_secret_of_ours_and_a_home_that_is_thrown_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("API_TOKEN", "t0p")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    task = task_with(
        {"verify/test_double.py": VERIFY_HOME, "task.yaml": TASK.replace("test_three_doubles", "test_env")}
    )
    home = os.environ.get("HOME", "")
    assert said(task, with_app(task, f"HOME = {home!r}\n"))["test_env"] == Graded("test_env", "passed")


VERIFY_HOME = (
    "import os\nfrom app import HOME\n\n\ndef test_env():\n"
    "    assert 'API_TOKEN' not in os.environ\n    assert os.environ['HOME'] != HOME\n"
)


def test_a_conftest_and_a_configuration_of_the_result_are_not_obeyed() -> None:
    task = task_with()
    result = {**task.wrong, "conftest.py": b"import os\nos._exit(0)\n", "pytest.ini": b"[pytest]\naddopts = --nope\n"}
    assert [each.outcome for each in grade(task, result, HERE)] == [
        each.outcome for each in grade(task, task.wrong, HERE)
    ]


def test_code_that_ends_the_process_fails_what_was_not_come_to() -> None:
    task = task_with()
    found = said(task, with_app(task, "import os\nos._exit(0)\n"))
    assert [found[name].outcome for name in task.tests] == ["failed", "failed"]


def test_nothing_is_run_where_a_module_or_an_interpreter_is_missing() -> None:
    task = task_with({"task.yaml": f"{TASK}requires: [no_such_module]\n"})
    found = said(task, task.reference)
    assert found["test_two_doubles"].outcome == "not run"
    assert found["test_two_doubles"].evidence.endswith("does not have no_such_module")
    assert found["review:RUF006"].outcome == "passed"
    (first, *_) = grade(task_with(), task_with().reference, None)
    assert first.outcome == "not run"
    assert "give --python" in first.evidence


def test_a_test_that_is_skipped_was_not_run() -> None:
    skips = "import pytest\n\n\ndef test_three_doubles():\n    pytest.skip('there is no Redis')\n"
    task = task_with({"verify/test_double.py": skips})
    assert said(task, task.reference)["test_three_doubles"] == Graded(
        "test_three_doubles", "not run", "Skipped: there is no Redis"
    )


def test_a_run_that_nobody_worked_on_was_not_run_and_its_folder_is_left_alone(tmp_path: Path) -> None:
    skill, task = skill_with({}), task_with()
    place, *_ = prepare(tmp_path, skill, (task,), 1)
    assert {(each.outcome, each.evidence) for each in grade_place(task, place, PYTHON).grades} == {
        ("not run", UNTOUCHED)
    }
    (place.folder / "app.py").write_text(FILES["reference/app.py"], encoding="utf-8")
    (place.folder / "old.py").unlink()
    assert grade_place(task, place, PYTHON).outcome == "passed"
    assert not list(place.folder.rglob("__pycache__"))


def test_the_environment_of_the_result_goes_before_that_of_the_workspace(tmp_path: Path) -> None:
    for folder in ("result", "workspace"):
        for name in ("bin/python", "Scripts/python.exe", "pyvenv.cfg"):
            path = tmp_path / folder / ".venv" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", encoding="utf-8")
    found = Interpreter().for_result(tmp_path / "result", tmp_path / "workspace")
    assert found is not None
    assert found.folder == tmp_path / "result/.venv"
    own = Interpreter().for_result(tmp_path / "none", tmp_path / "workspace")
    assert own is not None
    assert own.folder == tmp_path / "workspace/.venv"
    named = Interpreter(Path("/opt/python/bin/python3")).for_result(tmp_path / "result")
    assert named is not None
    assert named.python == Path("/opt/python/bin/python3")


def test_a_report_that_the_graded_code_wrote_itself_is_read_without_harm() -> None:
    task = task_with()
    junk = json.dumps({"test": "a::test_two_doubles[1]", "outcome": "failed", "message": "\x1b[31mforged"})
    forged = (
        "import glob\n"
        "for path in glob.glob('../report.jsonl'):\n"
        f"    open(path, 'a').write('{{\\n[1]\\nnull\\n' + {junk!r} + '\\n')\n"
        "def double(number: int) -> int:\n    return number * 2\n"
    )
    found = said(task, with_app(task, forged))
    assert "\x1b" not in found["test_two_doubles"].evidence
    assert found["test_three_doubles"].outcome == "passed"
