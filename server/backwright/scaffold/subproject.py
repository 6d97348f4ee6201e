"""Which of the projects in a repository is the service: the one whose folder an application lies in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources
from backwright.scaffold.record import PLATFORM, read_record

_DEPTH = 3
_SKIP = frozenset({"node_modules", "docs", "examples", "site-packages", "venv", "tests", "test"})
_DECLARED = re.compile(rb"^\[(project|tool\.poetry)\]", re.MULTILINE)
_MAKES = re.compile(rb"\b(FastAPI|Flask|NinjaAPI)\(")


def service_folder(root: Path) -> str:
    """The folder of the service under `root`, empty where that is `root` itself.

    A folder with a `pyproject.toml` or a `manage.py` of its own is a project of its own. Where an application lies in
    the root's own code, or nowhere, the root is meant.

    Raises:
        UnsupportedProjectError: there are applications in several projects, and none in the root.
    """
    nested = sorted(_nested(root), key=len, reverse=True)
    if not nested or read_record(root, PLATFORM) is not None:
        return ""
    owners: dict[str, str] = {}
    for path in _applications(root):
        owner = next((folder for folder in nested if path.startswith(f"{folder}/")), "")
        owners.setdefault(owner, path)
    if not owners or "" in owners:
        return ""
    if len(owners) > 1:
        found = ", ".join(f"{folder} ({path})" for folder, path in sorted(owners.items()))
        raise UnsupportedProjectError(
            f"there are applications in {len(owners)} projects: {found}",
            hint=f"say which in backwright.yaml, as in `scaffold: {{root: {min(owners)}}}`, or give its folder as root",
        )
    return next(iter(owners))


def _nested(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        relative = Path(folder).relative_to(root)
        names[:] = [name for name in names if not name.startswith(".") and name not in _SKIP]
        if len(relative.parts) >= _DEPTH:
            names.clear()
        if folder != str(root) and ("manage.py" in files or _declares(Path(folder, "pyproject.toml"))):
            yield relative.as_posix()


def _declares(path: Path) -> bool:
    data = _read(path)
    return data is not None and _DECLARED.search(data) is not None


def _applications(root: Path) -> Iterator[str]:
    """The modules that make one, and the `manage.py` of Django."""
    for path in sources(root):
        data = _read(path)
        if path.name == "manage.py" or (data is not None and _MAKES.search(data)):
            yield path.relative_to(root).as_posix()


def _read(path: Path) -> bytes | None:
    try:
        return read_bounded(path, MAX_SOURCE_BYTES)
    except (OSError, TooLargeError):
        return None
