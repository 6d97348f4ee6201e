"""The command at a narrow terminal, without colours, in a pipe, and before a reader that goes away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.review._make import diff_text

WIDTH = 40
BAD = """\
import requests


async def orders_of_a_customer_by_the_name(name: str) -> object:
    response = requests.get("https://example.com/a/rather/long/path/" + name)
    return response.json()
"""
ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
COLOURS = re.compile(r"(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)")

terminals = pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")


@pytest.fixture
def diff(tmp_path: Path) -> Path:
    path = tmp_path / "x.diff"
    path.write_text(diff_text("app/orders.py", BAD), encoding="utf-8")
    return path


def _environment(**said: str) -> dict[str, str]:
    # A buffer is what a user has; what forces colours would decide for the terminal.
    hidden = {"PYTHONUNBUFFERED", "NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    return {name: value for name, value in os.environ.items() if name not in hidden} | {"TERM": "xterm"} | said


def _shown(*arguments: str, **said: str) -> str:
    """What a terminal of 40 columns gets."""
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, WIDTH, 0, 0))
    command = [sys.executable, "-m", "backwright", *arguments]
    shown = b""
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=_environment(**said)):
        os.close(theirs)
        try:
            while read := os.read(ours, 65_536):
                shown += read
        except OSError:
            pass  # Linux says so when the last process has gone.
        finally:
            os.close(ours)
    return shown.decode()


@terminals
def test_a_review_fits_a_narrow_terminal_and_is_coloured(diff: Path) -> None:
    shown = _shown("review", str(diff), "--root", str(diff.parent))
    lines = ESCAPE.sub("", shown).replace("\r", "").split("\n")
    assert [line for line in lines if cell_len(line) > WIDTH] == []
    assert next(line.split() for line in lines if "BW101" in line) == ["5:5", "error", "BW101"]
    assert any(COLOURS.search(codes) for codes, end in ESCAPE.findall(shown) if end == "m")


@terminals
def test_no_color_means_none(diff: Path) -> None:
    shown = _shown("review", str(diff), "--root", str(diff.parent), NO_COLOR="1")
    assert "BW101" in shown
    assert [codes for codes, end in ESCAPE.findall(shown) if end == "m" and COLOURS.search(codes)] == []


def test_a_pipe_gets_text_without_escapes(diff: Path) -> None:
    run = [sys.executable, "-m", "backwright", "review", str(diff), "--root", str(diff.parent)]
    ended = subprocess.run(run, capture_output=True, text=True, check=False, env=_environment())
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "BW101" in ended.stdout
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("explain", "BW104"), ("review", "x.diff")])
def test_a_reader_that_went_away_is_no_error(diff: Path, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    run = [sys.executable, "-m", "backwright", *arguments]
    ended = subprocess.run(
        run, cwd=diff.parent, stdout=write, stderr=subprocess.PIPE, text=True, check=False, env=_environment()
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, "")
