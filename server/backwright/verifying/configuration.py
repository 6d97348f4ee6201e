"""How the project configures its tools, read from its files."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from backwright._files import read_bounded, safe_join
from backwright.errors import PathOutsideRootError, TooLargeError

Checker = Literal["mypy", "pyright", "basedpyright"]

MAX_BYTES: Final = 1024 * 1024
_RUFF: Final = (".ruff.toml", "ruff.toml", "pyproject.toml")
_PYTEST: Final = ("pyproject.toml", "pytest.ini", ".pytest.ini", "setup.cfg", "tox.ini")
_DEEPEST: Final = 8


def read_config(root: Path, name: str) -> str:
    """The text of a configuration file; empty where there is none that can be read."""
    try:
        return read_bounded(safe_join(root, name), MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError, PathOutsideRootError, TooLargeError):
        return ""


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(document: Mapping[str, object], *keys: str) -> Mapping[str, object] | None:
    current: object = document
    for key in keys:
        current = current.get(key) if isinstance(current, Mapping) else None
    return current if isinstance(current, Mapping) else None


def _tool(root: Path, *names: str) -> Mapping[str, object] | None:
    return _table(_toml(read_config(root, "pyproject.toml")), "tool", *names)


def line_length(root: Path) -> int:
    """The greatest length of a line where the project has no ruff: that of black, or black's own."""
    length = (_tool(root, "black") or {}).get("line-length", 88)
    return length if isinstance(length, int) and 60 <= length <= 320 else 88  # noqa: PLR2004  ruff's own limits


def has_ruff(root: Path) -> bool:
    """Whether the project configures ruff at its root."""
    return any(_ruff_table(root, name) is not None for name in _RUFF)


def _ruff_table(root: Path, name: str) -> Mapping[str, object] | None:
    text = read_config(root, name)
    if not name.endswith("pyproject.toml"):
        return _toml(text) if text else None
    return _table(_toml(text), "tool", "ruff")


def foreign_ruff(root: Path, paths: Iterable[str]) -> str | None:
    """The configuration that ruff would follow out of the project, for these files; None where there is none.

    Ruff quotes what it cannot read, so that a configuration that extends a file elsewhere would show its text.
    """
    folders = {parent.as_posix() for path in paths for parent in PurePosixPath(path).parents}
    for folder in sorted(folders):
        for name in _RUFF:
            path = name if folder == "." else f"{folder}/{name}"
            if _leads_out(root, path):
                return path
    return None


def _leads_out(root: Path, path: str) -> bool:
    for _ in range(_DEEPEST):
        try:
            if not safe_join(root, path).exists():
                return False
        except (PathOutsideRootError, OSError):
            return True
        table = _ruff_table(root, path)
        extended = None if table is None else table.get("extend")
        if extended is None:
            return False
        if not isinstance(extended, str) or extended.startswith(("~", "/")) or "$" in extended:
            return True
        path = os.path.normpath(PurePosixPath(path).parent / extended).replace(os.sep, "/")
    return True


def checker_of(root: Path) -> tuple[Checker, bool] | None:
    """The type checker that the project configures, and whether it says which files to check.

    mypy goes before pyright: who has both runs mypy in its checks and pyright in an editor.
    """
    table = _tool(root, "mypy")
    if table is None:
        table = next((t for name in ("mypy.ini", ".mypy.ini", "setup.cfg") if (t := _ini(root, name, "mypy"))), None)
    if table is not None:
        return "mypy", not {"files", "packages", "modules"}.isdisjoint(table)
    if _tool(root, "basedpyright") is not None:
        return "basedpyright", False
    if _tool(root, "pyright") is not None or read_config(root, "pyrightconfig.json"):
        return "pyright", False
    return None


def _ini(root: Path, name: str, section: str) -> Mapping[str, object] | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(read_config(root, name))
    except configparser.Error:
        return None
    # A section that says nothing is still a decision for the tool.
    return {"": "", **parser[section]} if parser.has_section(section) else None


def measures_coverage(root: Path) -> bool:
    """Whether a run of the project's tests measures coverage, which some of its tests alone cannot reach."""
    return any("--cov" in read_config(root, name) for name in _PYTEST)
