"""`backwright review --keep`, `--since` and `--handle`: a review that is gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from backwright.record.reviews import HANDLE
from tests.review._git import git, repository, write

BAD = "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"
WORSE = BAD + "\n\nasync def g() -> None:\n    time.sleep(2)\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKWRIGHT_STATE", str(tmp_path / "state"))
    folder = tmp_path / "project"
    folder.mkdir()
    repository(folder)
    git(folder, "switch", "--quiet", "-c", "topic")
    write(folder, "app/new.py", BAD)
    return folder


def run(root: Path, *arguments: str) -> int:
    return main(["review", "--root", str(root), *arguments])


def keep(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    run(root, "--keep", *arguments)
    word, handle = capsys.readouterr().err.split()
    assert word == "review"
    assert HANDLE.fullmatch(handle)
    return handle


def test_nothing_is_kept_unless_it_is_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root) == 1
    assert capsys.readouterr().err == ""
    assert not (root.parent / "state" / "reviews").exists()


def test_the_same_review_is_kept_under_the_same_handle(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keep(root, capsys) == keep(root, capsys, "--json")


def test_a_kept_review_is_printed_in_any_format_although_the_work_tree_went_on(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = keep(root, capsys)
    write(root, "app/new.py", "a = 1\n")
    assert run(root, "--handle", handle) == 1
    shown = capsys.readouterr().out
    assert "5:5  error    ASYNC251" in shown
    assert "5 +|     time.sleep(1)" in shown
    assert run(root, "--handle", handle, "--format", "github-review") == 1
    (comment,) = json.loads(capsys.readouterr().out)["comments"]
    assert (comment["path"], comment["line"], comment["side"]) == ("app/new.py", 5, "RIGHT")


def test_since_an_earlier_review_only_what_is_new_is_a_finding(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handle = keep(root, capsys)
    write(root, "app/new.py", f"# moved\n{WORSE}")
    assert run(root, "--since", handle) == 1
    told = capsys.readouterr()
    assert f"Since the review {handle}: 1 new, 1 still open, 0 fixed." in told.out
    assert "10:5  error    ASYNC251" in told.out
    assert "Still open\n  ASYNC251 app/new.py:6: " in told.out
    second = told.err.split()[1]
    write(root, "app/new.py", BAD)
    assert run(root, "--since", second) == 0
    assert "0 new, 1 still open, 1 fixed (ASYNC251)" in capsys.readouterr().out


def test_since_the_json_of_an_earlier_review_needs_nothing_that_is_kept(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root, "--json")
    (tmp_path / "before.json").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(root, "--since", str(tmp_path / "before.json"), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert [one["code"] for one in report["since"]["still_open"]] == ["ASYNC251"]
    assert report["since"]["review"] == "before.json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--handle", "a" * 20), "no review is kept here under that handle"),
        (("--since", "a" * 20), "no review is kept here under that handle"),
        (("--since", "missing.json"), "the earlier review 'missing.json' cannot be read"),
        (("--handle", "a" * 20, "--staged"), "--handle names a review that is made, and --staged asks for a new one"),
        (("--handle", "a" * 20, "--since", "b"), "and --since asks for a new one"),
        (("--handle", "../../etc/passwd"), "no review is kept here under that handle"),
    ],
)
def test_what_is_not_kept_is_an_error_of_the_caller(
    root: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_file_that_is_no_report_is_named(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.json").write_text('{"findings": 1}', encoding="utf-8")
    assert run(root, "--since", str(tmp_path / "other.json")) == 2
    assert "is no report of a review" in capsys.readouterr().err


def test_the_review_of_another_root_is_unknown(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handle = keep(root, capsys)
    (tmp_path / "other").mkdir()
    assert run(tmp_path / "other", "--handle", handle) == 2
    assert "no review is kept here under that handle" in capsys.readouterr().err
