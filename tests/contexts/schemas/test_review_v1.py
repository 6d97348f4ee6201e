from __future__ import annotations

import pytest

from backwright.contexts.schemas.review_v1 import ReviewContextV1
from tests.contexts._errors import refusals


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"base": "origin/main"},
        {"base": "HEAD~3"},
        {"base": "v1.0^{commit}"},
        {"base": "HEAD@{upstream}"},
        {"range": "main..HEAD"},
        {"range": "v1.2...feature/x"},
        {"diff_file": "out/change.diff"},
        {"diff": "--- a\n"},
        {"paths": ["app/**"], "min_severity": "error", "cursor": "abc"},
    ],
)
def test_a_sound_document_validates(document: dict[str, object]) -> None:
    assert refusals(ReviewContextV1, document) == {}


@pytest.mark.parametrize("revision", ["--output=x", "-n", "", "a b", "a;b", "$(x)", "a\nb", "main\n", "a:b", "a*"])
def test_a_revision_that_git_could_take_for_something_else_is_refused(revision: str) -> None:
    assert "base" in refusals(ReviewContextV1, {"base": revision})
    assert "range" in refusals(ReviewContextV1, {"range": f"main..{revision}"})
    assert "range" in refusals(ReviewContextV1, {"range": f"{revision}..main"})


@pytest.mark.parametrize("text", ["main", "main..", "..main", "a....b"])
def test_a_range_has_two_ends(text: str) -> None:
    assert "range" in refusals(ReviewContextV1, {"range": text})


def test_two_sources_are_refused_by_name() -> None:
    found = refusals(ReviewContextV1, {"base": "main", "diff": "x"})
    assert "base and diff each say what to review; give one of them" in found[""]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"diff_file": "../x.diff"}, "diff_file"),
        ({"min_severity": "fatal"}, "min_severity"),
        ({"paths": ["/etc/**"]}, "paths.0"),
        ({"cursor": ""}, "cursor"),
        ({"repository": "x"}, "repository"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(document: dict[str, object], path: str) -> None:
    assert path in refusals(ReviewContextV1, document)
