"""Few combinations in which each option meets each other, each type and each operation: all render, clean.

`tests.bench.scaffold_matrix` makes every combination, and runs the tests of these few.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench.scaffold_matrix import OPTIONS, STACKS, TYPES, Case, cases, covering, prepared
from tests.scaffold._projects import write
from tests.scaffold.test_examples import run

STACK = STACKS["fastapi"]


@pytest.fixture(scope="module")
def few() -> list[Case]:
    return covering(list(cases(STACK)))


def test_the_few_hold_every_type_and_option(few: list[Case]) -> None:
    assert {case.kind for case in few} == set(TYPES)
    assert {option for case in few for option in case.options} == set(OPTIONS)
    assert {case.host for case in few} == {True, False}


@pytest.mark.parametrize("host", [False, True], ids=["new", "host"])
def test_each_renders_and_a_new_project_is_lint_clean(few: list[Case], tmp_path: Path, *, host: bool) -> None:
    root = prepared(tmp_path, STACK, host=host)
    folder = tmp_path / "all"
    for number, case in enumerate(each for each in few if each.host is host):
        made = STACK.plan(root, case.values() or {})
        files = {each.path: each.after for each in made.actions if each.after is not None}
        for path, text in files.items():
            if path.endswith(".py"):
                compile(text, f"{case.name}: {path}", "exec")
        write(Path(shutil.copytree(root, folder / str(number))), files)
    if not host:
        run(folder, "ruff", "check", "--no-cache", ".")
        run(folder, "ruff", "format", "--no-cache", "--check", ".")
