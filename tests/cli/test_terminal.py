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
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "route --help",
        "import --help",
        "route my_asyncio.gather_swallows_a_cancellation add a FastAPI endpoint for invoices",
        "skills",
        "skills show code-review",
        "connect --list",
        "bundle --list",
        "lint {skill}",
        "doctor",
    ],
)
def test_what_is_said_fits_a_narrow_terminal_but_for_words_and_examples_that_one_copies(
    command: str, tmp_path: Path
) -> None:
    skill = tmp_path / "a.md"
    skill.write_text("# A note that says nothing of when to use it and has a [link](that/leads/nowhere.md)\n", "utf-8")
    name, *more = command.format(skill=skill).split()
    arguments = [name, " ".join(more)] if name == "route" and more[0] != "--help" else [name, *more]
    shown = ESCAPE.sub("", _shown(*arguments, PWD=str(tmp_path), HOME=str(tmp_path))).replace("\r", "")
    wide = [line for line in shown.split("\n") if cell_len(line) > WIDTH]
    copied = ("backwright ", "[--")
    assert [line for line in wide if len(line.split()) > 1 and not line.lstrip().startswith(copied)] == []


@pytest.mark.parametrize("columns", ["40", "60"])
def test_a_pipe_whose_width_is_told_is_folded_to_it_and_no_other_is(columns: str) -> None:
    run = [sys.executable, "-m", "backwright", "route", "add a FastAPI endpoint for invoices"]
    told = subprocess.run(run, capture_output=True, text=True, check=True, env=_environment(COLUMNS=columns)).stdout
    plain = subprocess.run(run, capture_output=True, text=True, check=True, env=_environment()).stdout
    assert max(map(len, told.splitlines())) <= int(columns) < max(map(len, plain.splitlines()))
    assert told.split() == plain.split()


def test_an_error_is_folded_too_where_the_width_is_told() -> None:
    run = [sys.executable, "-m", "backwright", "connect", "emacs"]
    ended = subprocess.run(run, capture_output=True, text=True, check=False, env=_environment(COLUMNS="40"))
    assert ended.returncode == 2
    assert [line for line in ended.stderr.splitlines() if len(line) > 40] == []
    assert "\n  hint: one of claude-code, codex,\n" in ended.stderr


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
