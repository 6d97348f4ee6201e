"""The suite of the result, run forwards and backwards, with a test that nobody has written yet, and over broken code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

QUIET = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
BACKWARDS = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
TOMORROW = """
from shop.settings import get_settings

def test_{name}():
    assert get_settings().currency == "EUR"
"""


def copied(folder: Path) -> Path:
    copy = folder / "copy"
    shutil.copytree(".", copy, ignore=shutil.ignore_patterns("__pycache__", ".git", ".venv"))
    (copy / "backwards.py").write_text(BACKWARDS, encoding="utf-8")
    return copy


def run(copy: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "tests"]
    environment = {**QUIET, "PYTHONPATH": str(copy)}
    environment.pop("SHOP_CURRENCY", None)
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, encoding="utf-8", timeout=30, check=False
    )


def last(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stdout.strip().splitlines() or ["nothing was printed"])[-1]


def test_the_suite_passes_in_its_order(tmp_path: Path) -> None:
    done = run(copied(tmp_path))
    assert done.returncode == 0, last(done)


def test_the_suite_passes_backwards(tmp_path: Path) -> None:
    done = run(copied(tmp_path), "-p", "backwards")
    assert done.returncode == 0, last(done)


def test_a_test_of_tomorrow_sees_nothing_of_the_others(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    for name in ("test_000_tomorrow", "test_zzz_tomorrow"):
        (copy / f"tests/{name}.py").write_text(TOMORROW.format(name=name), encoding="utf-8")
    for options in ((), ("-p", "backwards")):
        done = run(copy, *options)
        assert done.returncode == 0, f"a new test finds what another one left: {last(done)}"


def test_each_test_still_fails_when_its_code_is_broken(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    settings = copy / "shop/settings.py"
    settings.write_text(settings.read_text(encoding="utf-8").replace("SHOP_CURRENCY", "OTHER"), encoding="utf-8")
    assert run(copy).returncode == 1, "no test fails when the variable is not read"


def test_prices_are_still_tested(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    prices = copy / "shop/prices.py"
    prices.write_text(prices.read_text(encoding="utf-8").replace(".2f", ".1f"), encoding="utf-8")
    assert run(copy).returncode == 1, "no test fails when prices are shown otherwise"
