"""Few combinations in which each option meets each other, each type and each operation: all render, clean.

`tests.bench.scaffold_matrix` makes every combination, and runs the tests of these few. Here those of fewer are run, in
one project.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench.scaffold_matrix import OPTIONS, STACKS, TYPES, Case, cases, covering, prepared
from tests.scaffold._commands import run
from tests.scaffold._projects import write
from tests.scaffold.test_stacks import QUIET

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


@pytest.mark.parametrize("host", [False, True], ids=["new", "host"])
@pytest.mark.parametrize("framework", ["django-drf", "django-ninja"])
def test_in_one_project_of_django_all_types_and_options_pass_their_tests(
    framework: str, tmp_path: Path, *, host: bool
) -> None:
    stack = STACKS[framework]
    few = covering([case for case in cases(stack) if case.host is host], lambda case: case.singles)
    assert {option for case in few for option in case.options} == set(OPTIONS) - stack.without
    root = prepared(tmp_path, stack, host=host)
    for number, case in enumerate(few):
        stack.scaffold(root, case.named(f"thing{number}"))
    run(root, *(("manage", "test") if host else ("pytest", *QUIET)))
    for number, case in enumerate(few):
        assert stack.plan(root, case.named(f"thing{number}")).writes == ()
