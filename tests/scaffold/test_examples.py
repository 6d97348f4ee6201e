"""The proof of the template: what it makes is clean, typed, tested and passes our own review."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.scaffold import engine
from backwright.scaffold.template import Example
from backwright.settings import Settings
from tests.pack._postgres import empty_database
from tests.scaffold._commands import UP_AND_DOWN, run, run_in_turn
from tests.scaffold._projects import EXAMPLES, HOST, kinds, plan, scaffold, scaffold_example, tree, write

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.values["resource"])


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with every example in it, one after the other, under version control."""
    root = tmp_path_factory.mktemp("examples") / "shop"
    root.mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "empty"], cwd=root, check=True)
    for example in EXAMPLES:
        scaffold(root, example.values)
    return root


def test_every_example_together_is_lint_clean_and_formatted(every: Path) -> None:
    run(every, "ruff", "check", "--no-cache", ".")
    run(every, "ruff", "format", "--no-cache", "--check", ".")


def test_every_example_together_is_strictly_typed(every: Path, learned: Path) -> None:
    run(every, "mypy", "--strict", "--cache-dir", str(learned / "plain"))


def test_every_example_together_passes_its_tests_with_migrations_up_and_down(every: Path) -> None:
    said = run(every, "pytest", "-q", "-p", "no:cacheprovider")
    assert " passed" in said
    assert " skipped" not in said


async def test_every_example_together_passes_its_tests_on_postgresql(every: Path) -> None:
    async with empty_database() as url:
        address = url.render_as_string(hide_password=False)
        work = partial(run, every, "pytest", "-q", "-p", "no:cacheprovider", TEST_DATABASE_URL=address)
        said = await to_thread.run_sync(work)
    assert " passed" in said
    assert " skipped" not in said


def test_our_own_review_finds_nothing_in_any_example(every: Path) -> None:
    report = App(Settings(root=every, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


@by_title
def test_an_example_alone_passes_its_tests_in_an_empty_folder(example: Example, tmp_path: Path) -> None:
    made = scaffold_example(tmp_path, example)
    for action in made.actions:
        if action.path.endswith(".py"):
            compile(action.after or "", action.path, "exec")
    run(tmp_path, "ruff", "check", "--no-cache", ".")
    assert " passed" in run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider")


@by_title
def test_a_second_apply_changes_nothing(example: Example, every: Path) -> None:
    before = tree(every)
    again = plan(every, example.values)
    assert again.writes == ()
    assert again.diff() == ""
    engine.apply(again, every)
    assert tree(every) == before


@by_title
def test_undo_leaves_an_empty_folder_as_empty_as_it_was(example: Example, tmp_path: Path) -> None:
    scaffold_example(tmp_path, example)
    undone = [engine.undo(tmp_path, str(name)) for name in (example.values["resource"], *reversed(example.after))]
    assert tree(tmp_path) == {}
    assert [each.kept for each in undone] == [()] * len(undone)


def test_an_existing_application_keeps_passing_and_gets_the_new_tests(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    before = tree(root)
    made = scaffold(root, EXAMPLES[0].values)
    assert kinds(made, "edit") == ["app/main.py", "alembic/env.py"]
    said = run_in_turn(root, ("pytest", "-q", "-p", "no:cacheprovider"), *UP_AND_DOWN)
    assert " passed" in said
    assert "failed" not in said
    (root / "desk.db").unlink()
    engine.undo(root, "invoice")
    assert tree(root) == before
