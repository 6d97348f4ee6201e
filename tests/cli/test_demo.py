"""`backwright demo` as a user runs it: every step is shown, each really worked, nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = (
    "1. Start the server, connect a client over stdio  ok",
    "2. Invoke a skill by its trigger  ok",
    "3. Scaffold an endpoint into a fresh project  ok",
    "4. Run the generated tests there  ok",
    "5. Review what was scaffolded  ok",
    "6. Review a pull request with defects in it  ok",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    temporary = tmp_path_factory.mktemp("temporary")
    run = subprocess.run(
        [sys.executable, "-m", "backwright", "demo"],
        env=os.environ | {"TMPDIR": str(temporary), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return run, temporary


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_demo_works(demo: tuple[subprocess.CompletedProcess[str], Path], step: str) -> None:
    assert step in demo[0].stdout


def test_the_demo_exits_with_0_and_shows_no_escape_codes_to_a_pipe(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    assert (demo[0].returncode, demo[0].stderr) == (0, "")
    assert "\x1b" not in demo[0].stdout


def test_the_demo_leaves_nothing_behind(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert list(demo[1].glob("backwright-demo-*")) == []
