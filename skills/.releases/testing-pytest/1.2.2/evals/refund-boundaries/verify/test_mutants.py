"""The tests of the result, run over shop/refunds.py as it is and over versions of it in which one rule is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

MODULE = Path("shop/refunds.py")
QUIET = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, old: str = "", new: str = "") -> int:
    """The exit code of pytest over a copy of the result, in which one text of the module is another."""
    copy = folder / "copy"
    shutil.copytree(".", copy, ignore=shutil.ignore_patterns("__pycache__", ".git", ".venv"))
    source = (copy / MODULE).read_text(encoding="utf-8")
    assert old in source, f"{MODULE} was changed"
    (copy / MODULE).write_text(source.replace(old, new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests"]
    environment = {**QUIET, "PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=30, check=False).returncode


def notices(folder: Path, old: str, new: str) -> bool:
    return run(folder, old, new) == 1


def test_the_tests_pass_over_the_code_as_it_is(tmp_path: Path) -> None:
    code = run(tmp_path)
    assert code == 0, f"pytest ended with {code}"


def test_the_last_moment_of_the_window_is_tested(tmp_path: Path) -> None:
    assert notices(tmp_path, "> WINDOW", ">= WINDOW"), "no test fails when the window ends a moment too early"


def test_the_refund_of_everything_is_tested(tmp_path: Path) -> None:
    assert notices(tmp_path, "<= payment.amount", "< payment.amount"), "no test fails when all of it cannot be refunded"


def test_the_refund_of_nothing_is_tested(tmp_path: Path) -> None:
    assert notices(tmp_path, "0 < amount", "0 <= amount"), "no test fails when a refund of 0 is let through"


def test_the_closed_window_is_tested(tmp_path: Path) -> None:
    assert notices(tmp_path, "if now - payment.paid_at > WINDOW", "if False"), "no test fails without the window"


def test_what_stays_paid_is_tested(tmp_path: Path) -> None:
    assert notices(tmp_path, "return payment.amount - amount", "return payment.amount"), "any answer passes"
