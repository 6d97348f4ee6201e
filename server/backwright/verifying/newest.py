"""A throw-away environment with the newest releases of some packages. The one place that asks a registry."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from backwright._programs import on_path
from backwright.errors import RegistryFailedError
from backwright.verifying.environment import Environment
from backwright.verifying.process import Ended, run

LIMIT: Final = 900.0
"""Seconds to install everything."""
TOOLS: Final = ("mypy", "pytest", "pytest-asyncio")


def newest(folder: Path, requirements: Sequence[str], python: Path = Path(sys.executable)) -> Environment:
    """An environment with the newest releases that go together, and what checks blocks in it.

    The registry is the one that pip or uv is configured for; both read the caller's own variables.

    Args:
        folder: where it is made; must not exist, in a folder that is ours alone.
        requirements: names, with extras and without versions.
        python: what it is made from.

    Raises:
        RegistryFailedError: there is no network, no registry, or what is asked for cannot be had together.
        Cancelled: nobody wants the answer any more; what was started has ended.
    """
    made = Environment(folder, "the throw-away environment")
    uv = _uv()
    # uv takes settings, a registry among them, from the nearest such file above the folder that it runs in.
    (folder.parent / "uv.toml").touch()
    wanted = sorted({*TOOLS, *requirements})
    make = [*uv, "venv", "--quiet", "--python", str(python)] if uv else [str(python), "-P", "-m", "venv"]
    _done([*make, str(folder)], folder.parent)
    if uv:
        command = [*uv, "pip", "install", "--quiet", "--upgrade", "--python", str(made.python)]
    else:
        options = ["--quiet", "--upgrade", "--disable-pip-version-check", "--no-input", "--retries=1", "--timeout=15"]
        command = [str(made.python), "-P", "-m", "pip", "install", *options]
    _done([*command, *wanted], folder.parent)
    return made


def _uv() -> list[str]:
    found = on_path("uv")
    if found is not None:
        return [found]
    return [sys.executable, "-P", "-m", "uv"] if importlib.util.find_spec("uv") is not None else []


def _done(command: Sequence[str], folder: Path) -> None:
    """Run a command away from the project: neither its modules nor its settings are those of an installer."""
    try:
        ended = run(command, folder, {**os.environ, "NO_COLOR": "1"}, LIMIT)
    except OSError as error:
        raise _failed(error.strerror or str(error)) from error
    if ended.status != 0 or ended.late is not None:
        raise _failed(_reason(ended))


def _failed(reason: str) -> RegistryFailedError:
    return RegistryFailedError(
        f"the newest releases cannot be had: {reason}",
        hint="this needs a network and a registry of packages; try `pip download tenacity`, then run it again",
    )


def _reason(ended: Ended) -> str:
    """The innermost cause, which uv and pip print last or after `Caused by`."""
    # uv draws a tree of causes before the words.
    lines = [re.sub(r"^[^A-Za-z0-9]+", "", line) for line in ended.lines]
    telling = [line for line in lines if line.startswith(("ERROR:", "error:", "Caused by", "Because", "Failed"))]
    return ended.late or next(iter(telling[-1:] or lines[-1:]), f"the installer ended with {ended.status}")[:300]
