"""`backwright review --all` and `--write-baseline`, from the first file to the next change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.review._git import commit, git, repository, write

BAD = "import time\n\n\nasync def f(a) -> None:\n    time.sleep(1)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository(tmp_path)
    write(tmp_path, "app/x.py", BAD)
    commit(tmp_path)
    write(tmp_path, "notes/untracked.py", BAD)
    return tmp_path


def _run(root: Path, *arguments: str) -> int:
    return main(["review", "--root", str(root), *arguments])


def test_all_is_every_tracked_python_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(root, "--all", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["subject"] == "every tracked Python file"
    assert [(one["code"], one["location"]["path"], one["location"]["line"]) for one in report["findings"]] == [
        ("ASYNC251", "app/x.py", 5)
    ]
    assert report["stats"]["files"] == 2


def test_what_is_written_is_known_from_the_next_change_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(root, "--all", "--write-baseline") == 0
    said = capsys.readouterr().out
    assert said.startswith("Wrote 1 finding to backwright-baseline.json.\n")
    assert "  baseline: backwright-baseline.json" in said
    write(root, "backwright.yaml", "review:\n  baseline: backwright-baseline.json\n")
    (root / "notes/untracked.py").unlink()
    commit(root)
    assert _run(root, "--all") == 0
    assert "1 finding in the baseline backwright-baseline.json, so not reported" in capsys.readouterr().out
    git(root, "switch", "--quiet", "-c", "topic")
    write(root, "app/x.py", f"import os\n\nprint(os)\n{BAD}")
    assert _run(root, "--json", "--path", "app/**") == 1
    report = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in report["findings"]] == ["T201"]


def test_writing_again_gives_the_same_bytes_and_holds_what_the_profile_reports(root: Path) -> None:
    written = []
    for _ in range(2):
        assert _run(root, "--all", "--write-baseline", "deep/b.json", "--profile", "strict") == 0
        written.append((root / "deep/b.json").read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert [entry["code"] for entry in json.loads(written[0])["findings"]] == ["ANN001", "ASYNC251"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--all", "--write-baseline", "../b.json"], "PATH_OUTSIDE_ROOT"),
        (["--all", "--write-baseline", "app"], "INVALID_INPUT"),
        (["--all", "--write-baseline", "--json"], "INVALID_INPUT"),
        (["--all", "--write-baseline", "--fix"], "INVALID_INPUT"),
        (["--all", "--base", "main"], "INVALID_INPUT"),
    ],
)
def test_a_baseline_that_cannot_be_written_is_named(
    root: Path, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(root, *arguments) == 2
    err = capsys.readouterr().err
    assert code in err
    assert "hint:" in err


def test_an_ignore_that_is_there_is_no_news_to_a_review_of_all(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "app/x.py", BAD.replace("sleep(1)", "sleep(1)  # backwright: ignore[ASYNC251] a tool"))
    assert _run(root, "--all", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["added"]) for one in report["suppressed"]] == [("ASYNC251", False)]
    assert [note for note in report["notes"] if "comment" in note] == []
