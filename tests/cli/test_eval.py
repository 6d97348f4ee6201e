"""`backwright eval`: prepared by one command, graded by the same with --grade; exit codes and honest words."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from backwright.cli.main import main, parser
from tests.catalog._packs import write_skill
from tests.evaluating._tasks import FILES

CHECKLIST = "items:\n  - {id: doubled, text: Double., rules: [BW104]}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    files = {f"evals/double/{path}": text for path, text in FILES.items()}
    write_skill(tmp_path / "pack/skills", "doubling", files={**files, "checklist.yaml": CHECKLIST})
    write_skill(tmp_path / "pack/skills", "plain")
    assert main(["manifest", "write", "--pack", str(tmp_path / "pack")]) == 0
    return tmp_path / "pack"


def run(capsys: pytest.CaptureFixture[str], pack: Path, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["eval", *arguments, "--pack", str(pack), "--workspace", str(pack.parent / "work")])
    said = capsys.readouterr()
    return code, said.out, said.err


def solve(pack: Path, arm: str, solution: str) -> None:
    folder = pack.parent / "work/double" / arm / "1"
    (folder / "app.py").write_text(FILES[f"{solution}/app.py"], encoding="utf-8")
    (folder / "data/rows.csv").write_text(FILES.get(f"{solution}/data/rows.csv", "1\n"), encoding="utf-8")


def test_a_workspace_is_prepared_and_nothing_of_it_is_run_before_somebody_worked_there(
    capsys: pytest.CaptureFixture[str], pack: Path
) -> None:
    code, out, _ = run(capsys, pack, "doubling")
    assert (code, out.count("made      ")) == (0, 2)
    assert "doubling 1.0.0: 2 of 2 runs made, 0 were there already" in out
    code, out, _ = run(capsys, pack, "doubling", "--grade")
    assert code == 0
    assert "Nothing was run yet" in out
    assert "6 of 6 assertions: the assistant left nothing" in out


def test_grades_are_a_table_with_evidence_and_a_page(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    run(capsys, pack, "doubling")
    solve(pack, "with", "reference")
    solve(pack, "without", "wrong")
    code, out, _ = run(capsys, pack, "doubling", "--grade", "--python", sys.executable)
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line.startswith("double ")]
    assert rows == [
        ["double", "with", "1", "of", "1", "6", "of", "6", "(100%)", "0"],
        ["double", "without", "0", "of", "1", "4", "of", "6", "(67%)", "0"],
    ]
    assert "test_three_doubles: AssertionError: three is not doubled (test_double.py:9)" in out
    assert "<svg" in (pack.parent / "work/report.html").read_text(encoding="utf-8")


def test_a_failure_with_the_skill_at_hand_exits_with_1_and_json_says_which(
    capsys: pytest.CaptureFixture[str], pack: Path
) -> None:
    run(capsys, pack, "doubling", "--json")
    solve(pack, "with", "wrong")
    code, out, _ = run(capsys, pack, "doubling", "--grade", "--python", sys.executable, "--json", "--task", "double")
    answer = json.loads(out)
    assert code == 1
    assert [(each["arm"], each["outcome"]) for each in answer["runs"]] == [("with", "failed"), ("without", "not run")]
    failed = [each["assertion"] for each in answer["runs"][0]["assertions"] if each["outcome"] == "failed"]
    assert failed == ["test_three_doubles", "unchanged:data/*"]
    assert answer["summary"][0]["assertions"] == {"passed": 4, "run": 6, "not_run": 0, "rate": 4 / 6}


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("plain",), "EVAL_NOT_FOUND", "skills/plain/evals/"),
        (("doubling", "--task", "triple"), "EVAL_NOT_FOUND", "the tasks are double"),
        (("doubling", "--grade"), "INVALID_INPUT", "prepare one"),
        (("doubling", "--python", "python"), "INVALID_INPUT", "add --grade"),
        (("doubling", "--grade", "--python", "no/python"), "INVALID_INPUT", "name an interpreter"),
        (("doubling", "--runs", "0"), "INVALID_INPUT", "ask for 1 to 100"),
        (("nothing",), "SKILL_NOT_FOUND", ""),
    ],
)
def test_a_wrong_call_is_refused_with_what_to_do(
    capsys: pytest.CaptureFixture[str], pack: Path, arguments: tuple[str, ...], code: str, hint: str
) -> None:
    exit_code, _, err = run(capsys, pack, *arguments)
    assert exit_code == 2
    assert code in err
    assert hint in err


def test_the_help_says_that_grading_executes_and_is_no_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["eval", "--help"])
    out = capsys.readouterr().out
    assert "EXECUTES THE CODE THAT THE ASSISTANT LEFT" in out
    assert "no sandbox" in out
