"""The line of progress on a terminal: not for what is quick, gone at the end, and nowhere but on a terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from backwright.cli._progress import Line, progress_line
from backwright.cli.main import main
from backwright.review.watch import Progress
from tests.review._make import diff_text


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100)


def _text(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def _line(screen: Console, *times: float) -> Line:
    ticks = iter(times)
    return Line(screen, lambda: next(ticks))


def test_what_ends_in_a_moment_shows_nothing(screen: Console) -> None:
    line = _line(screen, 0.0, 0.2, 0.9)
    line.tell(Progress(10, "parsing file 1 of 9"))
    line.tell(Progress(45, "running rule 1 of 9"))
    line.close()
    assert _text(screen) == ""


def test_what_takes_longer_is_shown_and_taken_away(screen: Console) -> None:
    line = _line(screen, 0.0, 0.2, 1.5)
    line.tell(Progress(10, "parsing file 1 of 9"))
    line.tell(Progress(45, "running rule [bold]1 of 9"))
    line.tell(Progress(90, "waiting for ruff"))
    line.close()
    assert "parsing" not in _text(screen)
    assert "waiting for ruff" in _text(screen)
    assert _text(screen).endswith("\x1b[2K")


def test_without_a_terminal_nobody_listens() -> None:
    with progress_line() as tell:
        assert tell is None


class _Interrupted(io.RawIOBase):
    """An input at which somebody presses Ctrl-C."""

    @property
    def buffer(self) -> _Interrupted:
        return self

    def read(self, _size: int = -1) -> bytes:
        raise KeyboardInterrupt


def test_ctrl_c_exits_with_130_and_one_plain_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Interrupted())
    assert main(["review", "-"]) == 130
    assert capsys.readouterr().err == "backwright: interrupted\n"


@pytest.mark.parametrize("given", ["0", "601", "1.5", "-3", "soon", "²"])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["review", f"--timeout={given}"])
    assert stopped.value.code == 2
    assert "is no number of seconds from 1 to 600" in capsys.readouterr().err


def test_a_review_in_time_says_nothing_of_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.diff").write_text(diff_text("app/x.py", "a = 1\n"))
    assert main(["review", "--timeout", "600", "--root", str(tmp_path), str(tmp_path / "x.diff")]) == 0
    assert "time limit" not in capsys.readouterr().out


def test_a_skill_that_cannot_be_named_so_is_refused_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.diff").write_text(diff_text("app/x.py", "a = 1\n"))
    assert main(["review", "--skill", "No Such!", "--root", str(tmp_path), str(tmp_path / "x.diff")]) == 2
    assert "hint: write a skill as name or name@range" in capsys.readouterr().err
