"""A file of the project before the change: from a revision, or from the disk where the change is only text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.before import Before, Standing, before
from backwright.review.diff import parse_diff
from backwright.review.subject import Subject, diff_text, subject_of
from tests.review._git import commit, git, repository, write
from tests.review._make import diff_text as made

NAME = "backwright.yaml"
OLD = "exclude: [a]\npython: '3.11'\n"
NEW = "exclude: [a, b]\npython: '3.11'\n"


def _of_text(root: Path | None, text: str, name: str = NAME) -> Before:
    return before(diff_text(text.encode(), "a diff", root), root, name)


@pytest.mark.parametrize(
    ("on_disk", "text", "expected"),
    [
        (OLD, made("app.py", "x = 1\n"), Before(OLD.encode(), Standing.LEFT)),
        (None, made("app.py", "x = 1\n"), Before(None, Standing.LEFT)),
        (NEW, made(NAME, NEW, OLD), Before(OLD.encode(), Standing.CHANGED)),
        (OLD, made(NAME, NEW, OLD), Before(OLD.encode(), Standing.CHANGED)),
        ("other: 1\n", made(NAME, NEW, OLD), Before(None, Standing.UNKNOWN)),
        (None, made(NAME, NEW, OLD), Before(None, Standing.UNKNOWN)),
        (NEW, made(NAME, NEW), Before(None, Standing.ADDED)),
        (OLD, made(NAME, NEW), Before(None, Standing.UNKNOWN)),
        (OLD, made(f"deep/{NAME}", NEW, OLD), Before(None, Standing.UNKNOWN)),
    ],
)
def test_a_diff_as_text_is_held_against_the_disk(
    on_disk: str | None, text: str, expected: Before, tmp_path: Path
) -> None:
    if on_disk is not None:
        write(tmp_path, NAME, on_disk)
    assert _of_text(tmp_path, text) == expected


def test_without_a_disk_nothing_is_known() -> None:
    assert _of_text(None, made("app.py", "x = 1\n")) == Before(None, Standing.LEFT)


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_taking_a_diff_back_gives_the_text_before(old: list[str], new: list[str]) -> None:
    before_it, after_it = ("".join(f"{row}\n" for row in rows) for rows in (["first", *old, "last"], ["0", *new]))
    diff = parse_diff(made(NAME, after_it, before_it, context=1).encode())
    (file,) = diff.files
    from backwright.review.before import _taken_back

    assert _taken_back(after_it.encode(), file.hunks) == before_it.encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository(tmp_path)
    write(tmp_path, NAME, OLD)
    commit(tmp_path)
    git(tmp_path, "switch", "--quiet", "-c", "topic")
    return tmp_path


def _of_branch(root: Path) -> Subject:
    return subject_of(root)


def test_a_branch_is_held_against_its_merge_base(root: Path) -> None:
    assert before(_of_branch(root), root, NAME) == Before(OLD.encode(), Standing.LEFT)
    write(root, NAME, NEW)
    assert before(_of_branch(root), root, NAME) == Before(OLD.encode(), Standing.CHANGED)
    commit(root)
    assert before(_of_branch(root), root, NAME) == Before(OLD.encode(), Standing.CHANGED)
    (root / NAME).unlink()
    assert before(_of_branch(root), root, NAME) == Before(OLD.encode(), Standing.CHANGED)


def test_a_file_that_the_branch_adds_was_not_there(root: Path) -> None:
    write(root, "b.json", "{}\n")
    assert before(_of_branch(root), root, "b.json") == Before(None, Standing.ADDED)


def test_a_range_is_held_against_its_own_start_and_not_against_the_disk(root: Path) -> None:
    write(root, "app/a.py", "x = 1\n")
    commit(root)
    write(root, NAME, NEW)
    commit(root)
    write(root, NAME, "python: '3.12'\n")
    assert before(subject_of(root, range_="HEAD~1..HEAD"), root, NAME) == Before(OLD.encode(), Standing.CHANGED)
    assert before(subject_of(root, range_="HEAD~2..HEAD~1"), root, NAME) == Before(OLD.encode(), Standing.LEFT)
    assert before(subject_of(root, range_="HEAD~3..HEAD~3"), root, NAME) == Before(None, Standing.ELSEWHERE)


def test_a_folder_of_a_repository_has_a_file_of_its_own(root: Path) -> None:
    git(root, "switch", "--quiet", "main")
    write(root, f"services/api/{NAME}", "python: '3.13'\n")
    commit(root)
    git(root, "switch", "--quiet", "-c", "nested")
    write(root, f"services/api/{NAME}", "python: '3.14'\n")
    write(root, NAME, NEW)
    inner = root / "services/api"
    assert before(_of_branch(inner), inner, NAME) == Before(b"python: '3.13'\n", Standing.CHANGED)
