"""Commands of this environment in a generated project; each has to succeed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

UP_AND_DOWN: Final = (("alembic", "upgrade", "head"), ("alembic", "check"), ("alembic", "downgrade", "base"))
"""The migrations of a project of Alembic, whose models have to agree with them."""

_FOREIGN: Final = ("schemathesis", "hypothesispytest", "xdist", "xdist.looponfail", "platformdirs")
WITHOUT_FOREIGN: Final = " ".join(f"-p no:{each}" for each in _FOREIGN)
"""The options of pytest that leave out plugins which are here for our own tests, and which no generated project has.

To load them takes longer than most tests of such a project do.
"""


def managed(app: str) -> tuple[tuple[str, ...], ...]:
    """The tests of a project of Django, and its migrations up, and those of an app down."""
    migrate = ("manage", "migrate", "--verbosity=0")
    return (("manage", "makemigrations", "--check", "--dry-run"), ("manage", "test"), migrate, (*migrate, app, "zero"))


# One after the other as `python -m` runs each; the first that fails is the last.
_IN_TURN = """
import json, runpy, sys

for command in json.loads(sys.argv[1]):
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            print("failed:", *command, file=sys.stderr, flush=True)
            raise
"""


def run(root: Path, *arguments: str, **variables: str) -> str:
    """What a command says in the project."""
    return _said(root, ["-m", *arguments], variables)


def run_in_turn(root: Path, *commands: Sequence[str], **variables: str) -> str:
    """What several commands say: in one process, because most of what each takes is to import its libraries."""
    return _said(root, ["-c", _IN_TURN, json.dumps(commands)], variables)


def _said(root: Path, arguments: Sequence[str], variables: dict[str, str]) -> str:
    foreign = ("PYTEST", "DATABASE", "TEST_DATABASE", "AUTH")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(foreign)} | variables
    environment["PYTEST_ADDOPTS"] = WITHOUT_FOREIGN
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
