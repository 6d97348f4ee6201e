"""Each hostile input has its tests, and each file of hostile tests its input."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from backwright.catalog.lint import all_checks
from tests.hostile.surfaces import HOSTILE_FILES, SURFACES

ROOT = Path(__file__).parents[2]
EVERY = [
    (surface, given, test) for surface, inputs in SURFACES.items() for given, tests in inputs.items() for test in tests
]


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_test_that_is_named_is_there() -> None:
    files = {file for _, _, test in EVERY for file in [test.partition("::")[0]]}
    assert {file for file in files if not (ROOT / file).is_file()} == set()
    gone = {
        test for _, _, test in EVERY if "::" in test and test.partition("::")[2] not in _tests(test.partition("::")[0])
    }
    assert gone == set()
    assert all(_tests(file) for file in files)


def test_every_input_has_a_test() -> None:
    assert [
        (surface, given) for surface, inputs in SURFACES.items() for given, tests in inputs.items() if not tests
    ] == []
    assert len(SURFACES) == 10


def test_every_file_of_hostile_tests_is_bound() -> None:
    bound = {test.partition("::")[0] for _, _, test in EVERY}
    there = {path.relative_to(ROOT).as_posix() for glob in HOSTILE_FILES for path in ROOT.glob(glob)}
    assert len(there) >= 5
    assert there - bound == set()


def test_every_test_of_a_cve_is_bound_to_its_number() -> None:
    bound = {test.partition("::")[2] for test in _named("what became a CVE elsewhere")}
    assert bound == _tests("tests/hostile/test_cves.py")


def _named(surface: str) -> list[str]:
    return [test for tests in SURFACES[surface].values() for test in tests]


@pytest.mark.parametrize(
    "check", ["HIDDEN_UNICODE", "HIDDEN_HTML", "BEACON", "ROLE_TOKEN", "OVERRIDE_PHRASE", "CROSS_SERVER"]
)
def test_each_kind_of_hostile_text_has_a_check(check: str) -> None:
    assert check in {one.code for one in all_checks()}
