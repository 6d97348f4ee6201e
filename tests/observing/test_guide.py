"""The guide to what an operator sees is true: its variables, fields and metrics are those that there are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from backwright.observing.logs import JsonLog
from backwright.observing.requests import Outcome, Seen

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "server" / "docs" / "observability.md").read_text(encoding="utf-8")
SOURCES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server/backwright").rglob("*.py"))


def test_the_line_of_the_guide_has_the_fields_of_a_line() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)\n```$", GUIDE, re.MULTILINE | re.DOTALL)
    lines: list[bytes] = []
    seen = Seen("http", method="tools/call", tool="review_diff", principal="p-x", trace_id="4b", seconds=0.1)
    seen.ended("error", "DIFF_SYNTAX")
    JsonLog(lines.append).request(seen)
    assert list(json.loads(shown)) == list(json.loads(lines[0]))


def test_the_guide_names_every_outcome() -> None:
    (row,) = re.findall(r"^\| `outcome` \|(.*)\|$", GUIDE, re.MULTILINE)
    assert set(get_args(Outcome)) <= set(re.findall(r"`([a-z_]+)`", row))


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"\b(?:BACKWRIGHT|PROMETHEUS)_[A-Z_]+", GUIDE))))
def test_a_variable_of_the_guide_is_read(variable: str) -> None:
    assert f'"{variable}"' in SOURCES


def test_the_guide_names_every_metric_with_its_labels() -> None:
    probe = (
        "import json\n"
        "from backwright.observing.metrics import Metrics\n"
        "every = [m for m in vars(Metrics()).values() if hasattr(m, '_labelnames')]\n"
        "print(json.dumps({m._name + '_total' * (m._type == 'counter'): m._labelnames for m in every}))\n"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    rows = dict(re.findall(r"^\| (`backwright_.*?) \| (.*) \|$", GUIDE, re.MULTILINE))
    shown = {name: row for names, row in rows.items() for name in re.findall(r"`(backwright_\w+)`", names)}
    metrics = json.loads(run.stdout)
    assert shown.keys() == metrics.keys()
    for name, labels in metrics.items():
        assert [label for label in labels if f"`{label}`" not in shown[name]] == [], name


def test_the_guide_names_every_part_of_a_review_and_of_other_work() -> None:
    parts = set(re.findall(r'\b(?:part|a_part)\("([a-z.]+)"', SOURCES))
    assert {part for part in parts if part not in GUIDE} == set()
