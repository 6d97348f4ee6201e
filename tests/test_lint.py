"""The repository's own linters, inside the test run so that one command says whether all is well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy", "--no-error-summary"),
    ],
    ids=["ruff check", "ruff format", "mypy --strict"],
)
def test_the_tree_is_clean(command: tuple[str, ...], tmp_path: Path) -> None:
    extra = ["--cache-dir", str(ROOT / ".mypy_cache")] if command[0] == "mypy" else []
    run = subprocess.run(
        [sys.executable, "-m", *command, *extra], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
