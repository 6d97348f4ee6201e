"""Every Python block of the pack compiles, runs, type-checks, is formatted, and passes the review that it teaches."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.engine import review
from backwright.review.facts import Facts
from backwright.review.options import Options
from backwright.review.profile import Profile
from backwright.review.report import Report
from backwright.review.ruff import find_ruff
from tests.pack._pages import ROOT, Block, Module, modules, pages, write_modules

MODULES = {f"{module.page.id}:{module.line}": module for module in modules()}
SECONDS = 300

# Imported before anything else: a block that calls out fails instead of waiting for an answer.
NO_NETWORK = """
import socket


def refuse(self, address):
    raise RuntimeError(f"a block of the pack calls {address!r}")


socket.socket.connect = refuse
socket.socket.connect_ex = refuse
"""
# A module without tests is proved by importing it.
IMPORTS = """
import importlib

import pytest


@pytest.mark.parametrize("name", {names!r})
def test_import(name):
    importlib.import_module(name)
"""
MYPY = """
[mypy]
python_version = 3.11
strict = true
plugins = pydantic.mypy
enable_error_code = deprecated, possibly-undefined, truthy-bool
"""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=folder, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)


def _run_all(folder: Path, plain: list[str]) -> tuple[Counter[str], str]:
    """Run the tests of a folder and import its `plain` modules: how many passed by module, and what was printed."""
    (folder / "no_network.py").write_text(NO_NETWORK, encoding="utf-8")
    (folder / "test_imports.py").write_text(IMPORTS.format(names=plain), encoding="utf-8")
    options = ["-q", "-p", "no_network", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."]
    settings = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function", "-W", "error"]
    command = [sys.executable, "-W", "error", "-m", "pytest", *options, *settings, "--import-mode=prepend"]
    done = _run(folder, *command, "-o", "junit_family=xunit2", "--junit-xml=found.xml")
    passed: Counter[str] = Counter()
    for case in ET.parse(folder / "found.xml").iter("testcase"):  # noqa: S314  written by pytest a moment ago
        if len(case) == 0:
            name = case.get("name", "").removeprefix("test_import[").removesuffix("]")
            passed[name if name in plain else case.get("classname", "")] += 1
    return passed, done.stdout


def test_every_block_runs_without_a_warning(tmp_path: Path) -> None:
    written = {name: module for name, module in write_modules(tmp_path).items() if not module.needs_postgres}
    for name in {module.file_name for module in MODULES.values()} - set(written):
        (tmp_path / name).unlink()
    plain = sorted(name.removesuffix(".py") for name, module in written.items() if not module.is_test)
    passed, output = _run_all(tmp_path, plain)
    here = {key: module for key, module in MODULES.items() if module.file_name in written}
    silent = [key for key, module in here.items() if not passed[module.file_name.removesuffix(".py")]]
    assert silent == [], output
    assert " failed" not in output, output
    assert " error" not in output, output


def test_a_block_that_warns_or_calls_out_would_be_seen(tmp_path: Path) -> None:
    code = "import urllib.request, warnings\n\n\ndef test_warn():\n    warnings.warn('old')\n\n\n"
    call = "def test_call():\n    urllib.request.urlopen('http://127.0.0.1:9', timeout=1)\n"
    (tmp_path / "test_probe.py").write_text(code + call, encoding="utf-8")
    passed, output = _run_all(tmp_path, [])
    assert passed["test_probe"] == 0
    assert "UserWarning: old" in output
    assert "a block of the pack calls" in output


def test_every_block_passes_a_strict_type_check(tmp_path: Path) -> None:
    names = sorted(write_modules(tmp_path))
    (tmp_path / "mypy.ini").write_text(MYPY, encoding="utf-8")
    cache = ROOT / ".mypy_cache" / "pack"
    done = _run(tmp_path, sys.executable, "-m", "mypy", "--config-file=mypy.ini", f"--cache-dir={cache}", *names)
    assert done.stdout == f"Success: no issues found in {len(names)} source files\n"


def _python_blocks() -> list[tuple[str, Block]]:
    return [(page.id, block) for page in pages() for block in page.blocks if block.language == "python"]


def test_every_block_is_formatted(tmp_path: Path) -> None:
    where: dict[str, str] = {}
    for number, (page, block) in enumerate(_python_blocks()):
        (tmp_path / f"block_{number}.py").write_text(block.text, encoding="utf-8")
        where[f"block_{number}.py"] = f"{page}:{block.line}"
    ruff = find_ruff()
    assert ruff is not None
    done = _run(tmp_path, ruff, "format", "--isolated", "--check", "--line-length=120", "--target-version=py311", ".")
    wrong = [line.removeprefix("Would reformat: ") for line in done.stdout.splitlines() if "Would reformat" in line]
    assert [where[name] for name in wrong] == []
    assert done.returncode == 0


def _added(path: str, text: str) -> Diff:
    """The diff that adds a file."""
    lines = tuple(Line(LineKind.ADDED, line, None, number) for number, line in enumerate(text.split("\n")[:-1], 1))
    return Diff((FileDiff(path, path, FileStatus.ADDED, (Hunk(0, 1, "", lines),)),))


def _application_part(module: Module) -> Module | None:
    """What of a module stands before its tests: it has to pass as code of an application, too."""
    blocks = tuple(block for block in module.blocks if "test" not in block.info)
    return Module(module.page, blocks) if blocks else None


REVIEWED = {
    **{f"{key} in the application": ("src/shop", part) for key, m in MODULES.items() if (part := _application_part(m))},
    **{f"{key} in the tests": ("tests", module) for key, module in MODULES.items() if module.is_test},
}


def _reviewed(path: str, text: str) -> Report:
    facts = Facts(python=(3, 11), majors={"pydantic": 2, "sqlalchemy": 2}, has_root=True)
    options = Options(profile=Profile.STRICT)
    return review(_added(path, text), read_new=lambda _: text.encode(), facts=facts, options=options)


@pytest.mark.parametrize(("folder", "module"), REVIEWED.values(), ids=REVIEWED)
def test_a_block_passes_the_review_that_it_teaches(folder: str, module: Module) -> None:
    report = _reviewed(f"{folder}/{module.file_name}", module.text)
    assert [(found.code, found.location.line, found.message) for found in report.findings] == []
    assert report.unchecked == ()
    assert report.basis == "full"


def test_a_block_that_breaks_a_rule_would_be_seen() -> None:
    code = "import jwt\n\n\ndef claims(token):\n    return jwt.decode(token, options={'verify_signature': False})\n"
    found = {(found.code, found.location.line) for found in _reviewed("src/shop/probe.py", code).findings}
    assert found >= {("BW402", 5), ("ANN001", 4), ("ANN201", 4)}
