"""`backwright review --watch`, `--also` and `--fail-on`: in a process of its own, on a real repository."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.review._git import commit, repository

CLEAN = "def one() -> int:\n    return 1\n"
DEFECT = "def one(values: list[int] = []) -> int:\n    return len(values)\n"
MILD = "def one() -> int:\n    try:\n        return 1\n    except Exception:\n        return 0\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    repository(root)
    (root / "app.py").write_text(CLEAN, encoding="utf-8")
    commit(root)
    return root


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_the_exit_code_is_1_from_the_severity_on_that_was_named(
    fail_on: str, code: int, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "app.py").write_text(MILD, encoding="utf-8")
    assert main(["review", "--root", str(shop), "--worktree", "--fail-on", fail_on]) == code
    assert "warning  BLE001" in capsys.readouterr().out


def test_the_same_report_is_written_in_other_formats_as_well(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "app.py").write_text(DEFECT, encoding="utf-8")
    also = [part for name in ("json", "sarif") for part in ("--also", f"{name}={tmp_path / name}")]
    assert main(["review", "--root", str(shop), "--worktree", *also]) == 1
    assert "B006" in capsys.readouterr().out
    assert [each["code"] for each in json.loads((tmp_path / "json").read_text(encoding="utf-8"))["findings"]] == [
        "B006"
    ]
    results = json.loads((tmp_path / "sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["B006"]


def test_a_report_that_cannot_be_written_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--root", str(shop), "--worktree", "--also", f"json={shop / 'app.py' / 'x'}"]) == 1
    assert "app.py/x cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("also", ["json", "json=", "nothing=x"])
def test_a_report_without_a_format_or_a_file_is_a_mistake(also: str, shop: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["review", "--root", str(shop), "--also", also])
    assert stopped.value.code == 2


class Watching:
    """`backwright review --watch` in a process, and the lines that it says."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "backwright", "review", "--watch", "--worktree", "--root", str(root)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def close(self) -> None:
        """Wait for the process, which has been stopped, and close what it wrote to."""
        self.process.wait(timeout=10)
        self._reader.join(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def until(self, word: str) -> str:
        """All that is said up to the line with this word."""
        said = ""
        while word not in said:
            said += self._lines.get(timeout=60)
        return said


@pytest.fixture
def watching(shop: Path) -> Iterator[Watching]:
    started = Watching(shop)
    yield started
    started.process.kill()
    started.close()


def test_each_change_of_the_work_tree_is_reviewed_until_ctrl_c(shop: Path, watching: Watching) -> None:
    assert "B006" not in watching.until("watching")
    (shop / "app.py").write_text(DEFECT, encoding="utf-8")
    assert "app.py" in watching.until("B006")
    watching.until("watching")
    (shop / "app.py").write_text(CLEAN.replace("1", "2"), encoding="utf-8")
    assert "B006" not in watching.until("watching")
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(timeout=10) == 0


def test_watching_takes_no_fixes_and_no_further_reports(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--root", str(shop), "--watch", "--fix"]) == 2
    assert "--watch only reviews" in capsys.readouterr().err
