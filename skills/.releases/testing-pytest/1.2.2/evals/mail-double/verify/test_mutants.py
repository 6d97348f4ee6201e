"""The tests of the result, run over shop/orders.py as it is and over versions of it in which one thing is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

MODULE = Path("shop/orders.py")
QUIET = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, old: str = "", new: str = "") -> int:
    """The exit code of pytest over a copy of the result, in which one text of the module is another."""
    copy = folder / "copy"
    shutil.copytree(".", copy, ignore=shutil.ignore_patterns("__pycache__", ".git", ".venv"))
    source = (copy / MODULE).read_text(encoding="utf-8")
    assert old in source, f"{MODULE} was changed"
    (copy / MODULE).write_text(source.replace(old, new), encoding="utf-8")
    plugins = ["-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", *plugins, "tests"]
    environment = {**QUIET, "PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=30, check=False).returncode


def notices(folder: Path, old: str, new: str) -> bool:
    return run(folder, old, new) == 1


def test_the_tests_pass_over_the_code_as_it_is(tmp_path: Path) -> None:
    code = run(tmp_path)
    assert code == 0, f"pytest ended with {code}"


def test_a_mail_that_is_never_awaited_is_noticed(tmp_path: Path) -> None:
    assert notices(tmp_path, "await self._mailer", "self._mailer"), "every test passes when no mail is sent"


def test_an_argument_that_no_mailer_knows_is_noticed(tmp_path: Path) -> None:
    assert notices(tmp_path, "(order.email, subject=", "(order.email, copy_to='', subject="), (
        "every test passes with a call that the mailer refuses"
    )


def test_a_mail_to_somebody_else_is_noticed(tmp_path: Path) -> None:
    assert notices(tmp_path, "send(order.email", "send(order.number"), "every test passes with a wrong address"


def test_a_second_mail_is_noticed(tmp_path: Path) -> None:
    assert notices(tmp_path, "if order.shipped:", "if False:"), "every test passes when an order is shipped twice"


def test_an_order_that_stays_unshipped_is_noticed(tmp_path: Path) -> None:
    assert notices(tmp_path, "order.shipped = True", "pass"), "every test passes when nothing is marked"
