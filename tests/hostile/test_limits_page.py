"""The page of limits says what the code holds to."""

from __future__ import annotations

import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "server/docs/limits.md"
ROWS = re.findall(
    r"^\| ([^|*]+) \| ([^|]+) \| ([^|]+) \| `([\w.]+):([\w.]+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE
)
UNITS = {"": 1, "KiB": 1024, "MiB": 1024**2, "s": 1, "h": 1, "characters": 1, "bytes": 1, "a minute": 1}


@pytest.mark.parametrize(
    ("stated", "module", "name"),
    [(stated, module, name) for _, stated, _, module, name in ROWS],
    ids=[f"{module}:{name}" for *_, module, name in ROWS],
)
def test_a_limit_is_what_its_row_says(stated: str, module: str, name: str) -> None:
    number, unit = re.fullmatch(r"([\d.,]+) ?(.*)", stated).groups()  # type: ignore[union-attr]  # it fails if there is none
    holder: object = importlib.import_module(f"backwright.{module}")
    assert reduce(getattr, name.split("."), holder) == float(number.replace(",", "")) * UNITS[unit]


def test_every_row_is_held_to_its_place() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    titles = [line for line in lines if line.startswith(("| **", "| what | limit"))]
    assert len(lines) - len(titles) == len(ROWS) > 50
    assert len({(module, name) for *_, module, name in ROWS}) == len(ROWS)
    assert all(what.strip() and then.strip() for what, _, then, _, _ in ROWS)
