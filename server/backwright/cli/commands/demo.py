"""`backwright demo`: the main job, from connection to review, in a temporary folder."""

from __future__ import annotations

import argparse

from backwright.cli.command import Command, Exit


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", action="store_true", help="keep the generated project and say where it is")


def _run(arguments: argparse.Namespace) -> int:
    import shutil
    import tempfile
    from importlib.util import find_spec
    from pathlib import Path

    import anyio

    import backwright
    from backwright.cli._demo.screen import Screen
    from backwright.cli._demo.story import tell
    from backwright.errors import ToolUnavailableError

    missing = [
        name for name in ("fastapi", "sqlalchemy", "alembic", "aiosqlite", "httpx2", "pytest") if not find_spec(name)
    ]
    if missing:
        raise ToolUnavailableError(
            f"the generated project needs {', '.join(missing)} to run its tests",
            hint="install backwright[demo], or run `uv run backwright demo` in a checkout",
        )
    screen = Screen()
    screen.title(
        f"Backwright {backwright.__version__}", "A fresh project in a temporary folder; no network, no account."
    )
    root = Path(tempfile.mkdtemp(prefix="backwright-demo-")).resolve()
    try:
        worked = anyio.run(tell, root, screen)
    finally:
        if arguments.keep:
            screen.console.print(f"\nThe project is in {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)
    if not worked:
        return Exit.FINDINGS
    screen.console.print("\nEvery step worked. Next, in your project: backwright connect")
    return Exit.CLEAN


COMMAND = Command(
    name="demo",
    help="connect, invoke a skill, scaffold an endpoint, run its tests and review a pull request, before your eyes",
    example="backwright demo --keep",
    configure=_configure,
    run=_run,
)
