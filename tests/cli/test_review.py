"""`backwright review` as a user types it: what it prints and how it exits."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backwright.cli.main import main
from tests.review._git import commit, git, repository, write
from tests.review._make import diff_text

BAD = "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository(tmp_path)
    git(tmp_path, "switch", "--quiet", "-c", "topic")
    return tmp_path


def _run(root: Path, *arguments: str) -> int:
    return main(["review", "--root", str(root), *arguments])


def test_without_arguments_the_branch_and_the_work_tree_are_reviewed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, "app/new.py", BAD)
    assert _run(root) == 1
    out = capsys.readouterr().out
    assert "merge base with main" in out
    assert "5:5  error    ASYNC251" in out


def test_clean_change_exits_with_zero(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/new.py", "a = 1\n")
    assert _run(root) == 0
    assert "No findings." in capsys.readouterr().out


def test_json_names_code_path_line_and_basis(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/new.py", BAD)
    assert _run(root, "--json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["location"]["path"], finding["location"]["line"], finding["basis"]) == (
        "ASYNC251",
        "app/new.py",
        5,
        "full",
    )


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("markdown", "# Review"),
        ("sarif", "{"),
        ("json", "{"),
        ("text", "Review of"),
        ("github", "::error file=app/new.py,line=5"),
    ],
)
def test_each_format_can_be_asked_for(root: Path, name: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/new.py", BAD)
    assert _run(root, "--format", name) == 1
    assert capsys.readouterr().out.startswith(start)


def test_schema_of_the_json_report_is_printed_without_a_review(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "--schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Report"


def test_range_and_base_choose_what_is_reviewed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/new.py", BAD)
    commit(root)
    write(root, "app/other.py", BAD)
    assert _run(root, "--range", "main..HEAD", "--json") == 1
    assert {f["location"]["path"] for f in json.loads(capsys.readouterr().out)["findings"]} == {"app/new.py"}
    assert _run(root, "--base", "HEAD", "--json") == 1
    assert {f["location"]["path"] for f in json.loads(capsys.readouterr().out)["findings"]} == {"app/other.py"}


def _paths(out: str) -> set[str]:
    return {finding["location"]["path"] for finding in json.loads(out)["findings"]}


def test_staged_worktree_and_one_commit_choose_what_is_reviewed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/committed.py", BAD)
    commit(root)
    write(root, "app/staged.py", BAD)
    git(root, "add", "app/staged.py")
    write(root, "app/untracked.py", BAD)
    for arguments, paths in (
        (["--staged"], {"app/staged.py"}),
        (["--worktree"], {"app/staged.py", "app/untracked.py"}),
        (["--commit", "HEAD"], {"app/committed.py"}),
        (["--range", "HEAD^!"], {"app/committed.py"}),
    ):
        assert _run(root, *arguments, "--json") == 1
        assert _paths(capsys.readouterr().out) == paths


def _with_hook(root: Path) -> None:
    write(root, ".git/hooks/pre-commit", f'#!/bin/sh\nexec "{sys.executable}" -m backwright review --staged\n')
    (root / ".git/hooks/pre-commit").chmod(0o755)


def test_hook_reviews_what_is_committed_even_where_that_is_not_the_index(root: Path) -> None:
    write(root, "app/one.py", "a = 1\n")
    write(root, "app/two.py", "a = 1\n")
    commit(root)
    _with_hook(root)
    write(root, "app/one.py", BAD)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        git(root, "commit", "--all", "--message", "takes a file that was not staged")
    assert "ASYNC251" in (caught.value.stdout + caught.value.stderr).decode()
    write(root, "app/two.py", "b = 1\n")
    git(root, "add", "--all")
    git(root, "commit", "--message", "leaves out a file that is staged", "app/two.py")
    assert git(root, "show", "--format=", "--name-only", "HEAD") == b"app/two.py\n"


def test_files_of_a_series_are_one_change_with_the_lines_of_its_end(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, "app/new.py", BAD)
    commit(root)
    write(root, "app/new.py", f"import os\n{BAD}")
    commit(root)
    git(root, "format-patch", "--quiet", "-o", "out", "main..")
    git(root, "switch", "--quiet", "main")
    assert _run(root, *(str(path) for path in sorted((root / "out").iterdir())), "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["location"]["line"]) for one in report["findings"] if one["code"] == "ASYNC251"] == [
        ("ASYNC251", 6)
    ]
    assert report["subject"] == "the 2 files that were given"
    assert any(note.startswith("a series of 2 patches") for note in report["notes"])


def test_answer_of_an_api_is_reviewed_and_what_it_leaves_out_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = diff_text("app/new.py", BAD).partition("@@")
    files = [
        {"filename": "app/new.py", "status": "added", "additions": 5, "patch": f"@@{patch[2]}"},
        {"filename": "app/large.py", "status": "added", "additions": 50_000},
    ]
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(files).encode())))
    assert _run(root, "-", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["location"]["line"]) for one in report["findings"]] == [("ASYNC251", 5)]
    assert [entry["path"] for entry in report["unchecked"]] == ["app/large.py"]


def test_diff_is_read_from_a_file_anywhere_and_from_the_input(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = diff_text("app/new.py", BAD)
    file = tmp_path_factory.mktemp("elsewhere") / "x.diff"
    file.write_text(data, encoding="utf-8")
    assert _run(root, str(file)) == 1
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data.encode())))
    assert _run(root, "-") == 1
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert _run(root, "-") == 0


def test_floor_of_severity_and_paths_narrow_the_report(root: Path) -> None:
    write(root, "app/new.py", "print(1)\n")
    assert _run(root) == 1
    assert _run(root, "--min-severity", "error") == 0
    assert _run(root, "--path", "lib/**") == 0


def test_project_file_silences_with_its_reason(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "switch", "--quiet", "main")
    write(root, "backwright.yaml", "suppress:\n  - rule: ASYNC251\n    reason: a tool\n")
    commit(root)
    git(root, "switch", "--quiet", "-c", "next")
    write(root, "app/new.py", BAD)
    assert _run(root) == 0
    assert "ASYNC251 app/new.py:5: a tool" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--base", "nowhere"], "REVISION_NOT_FOUND"),
        (["--base=--output=x"], "REVISION_NOT_FOUND"),
        (["--range", "nowhere"], "REVISION_NOT_FOUND"),
        (["--base", "main", "--range", "main..HEAD"], "INVALID_INPUT"),
        (["--staged", "--worktree"], "INVALID_INPUT"),
        (["--commit", "HEAD", "x.diff"], "INVALID_INPUT"),
        (["--commit", "nowhere"], "REVISION_NOT_FOUND"),
        (["--commit=--all"], "REVISION_NOT_FOUND"),
        (["-", "x.diff"], "INVALID_INPUT"),
        (["missing.diff"], "INVALID_INPUT"),
        (["--root", "/nowhere/at/all"], "INVALID_INPUT"),
    ],
)
def test_wrong_call_exits_with_two_and_a_hint(
    root: Path, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(root, *arguments) == 2
    err = capsys.readouterr().err
    assert code in err
    assert "hint:" in err


def test_garbage_is_named_with_its_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "x.txt", "\nhello\n")
    assert _run(root, str(root / "x.txt")) == 2
    assert "DIFF_SYNTAX: line 2" in capsys.readouterr().err


def test_folder_without_repository_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path) == 2
    assert "NOT_A_REPOSITORY" in capsys.readouterr().err


MIXED = """from unittest.mock import AsyncMock


async def test_it() -> None:
    send = AsyncMock()
    send.assert_called_once()
"""


def test_fix_shows_the_change_and_makes_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "tests/test_new.py", MIXED)
    assert _run(root, "--fix", "--yes") in {0, 1}
    out = capsys.readouterr().out
    assert "-    send.assert_called_once()\n+    send.assert_awaited_once()\n" in out
    assert "Fixed 1 finding in 1 file." in out
    assert (root / "tests/test_new.py").read_text(encoding="utf-8") == MIXED.replace("called", "awaited")


def test_dry_run_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "tests/test_new.py", MIXED)
    assert _run(root, "--fix", "--dry-run") == 1
    assert "Would fix 1 finding in 1 file. Nothing was written." in capsys.readouterr().out
    assert (root / "tests/test_new.py").read_text(encoding="utf-8") == MIXED


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("\n", False), ("no\n", False)])
def test_fix_asks_first(
    root: Path,
    answer: str,
    written: bool,  # noqa: FBT001  pytest gives it
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(root, "tests/test_new.py", MIXED)
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    _run(root, "--fix")
    assert ("awaited" in (root / "tests/test_new.py").read_text(encoding="utf-8")) is written


def test_fix_makes_what_ruff_holds_for_safe(root: Path) -> None:
    write(root, "app/new.py", "from typing import Optional\n\n\ndef f(a: Optional[int]) -> None:\n    print(a)\n")
    _run(root, "--fix", "--yes", "--profile", "strict")
    assert "def f(a: int | None) -> None:" in (root / "app/new.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments", [["--yes"], ["--dry-run"], ["--fix", "--json"], ["--fix", "--format", "html"], ["--fix"]]
)
def test_fix_that_makes_no_sense_is_refused(
    root: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "tests/test_new.py", MIXED)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert _run(root, *arguments) == 2
    assert "INVALID_INPUT" in capsys.readouterr().err
    assert (root / "tests/test_new.py").read_text(encoding="utf-8") == MIXED


def test_terminal_gets_frames_that_are_cut_and_sentences_that_are_wrapped(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "app/new.py", BAD.replace("sleep(1)", f"sleep({' + '.join('1' * 40)})"))
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    assert _run(root) == 1
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("          5 +|     time.sleep(1 +"))
    assert lines[at].endswith("\u2026")
    assert lines[at + 1].startswith("             |     ^^^^")
    assert [line for line in lines if len(line) > 60] == []
    path = lines.index("app/new.py")
    assert lines[path - 1] == ""
