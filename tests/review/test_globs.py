"""Globs over paths."""

from __future__ import annotations

import pytest

from backwright.review.globs import matches


@pytest.mark.parametrize(
    ("glob", "path", "answer"),
    [
        ("app/**", "app/a/b.py", True),
        ("app/**", "application/b.py", False),
        ("app/*.py", "app/a.py", True),
        ("app/*.py", "app/a/b.py", False),
        ("*.py", "deep/down/a.py", True),
        ("**/test_*.py", "test_a.py", True),
        ("**/test_*.py", "a/b/test_a.py", True),
        ("app", "app/a.py", True),
        ("app/", "app/a.py", True),
        ("app", "lib/app/a.py", True),
        ("app/gen", "lib/app/gen/a.py", False),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("a.py", "axpy", False),
        ("[ab].py", "a.py", False),
        ("app/**/x.py", "app/x.py", True),
        ("app/**/x.py", "app/a/b/x.py", True),
        ("*", "a/b\nc.py", True),
    ],
)
def test_glob_matches_like_those_of_gitignore(glob: str, path: str, answer: bool) -> None:  # noqa: FBT001  a parameter of the case
    assert matches(path, (glob,)) is answer


def test_no_globs_match_nothing() -> None:
    assert not matches("a.py", ())
