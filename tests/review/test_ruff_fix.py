"""Which of ruff's fixes become suggestions: safe ones of a single line that the change adds."""

from __future__ import annotations

import pytest

from backwright.review.diagnostic import Suggestion
from backwright.review.engine import review
from backwright.review.full import parse_file
from backwright.review.ruff_fix import Edit, Fix, Place, suggestion_of
from tests.review._make import diff_of, places, report_of

TEXT = "a = 1\nb: List[Optional[int]] = []\n"


def _edit(start: tuple[int, int], end: tuple[int, int], content: str) -> Edit:
    return Edit(
        content=content, location=Place(row=start[0], column=start[1]), end_location=Place(row=end[0], column=end[1])
    )


def _suggested(*edits: Edit, text: str = TEXT, applicability: str = "safe") -> Suggestion | None:
    piece = parse_file("a.py", text.encode(), frozenset({1, 2}))
    return suggestion_of(Fix(applicability=applicability, edits=edits), piece, 2, 2)


def test_edit_of_one_line_is_its_new_text() -> None:
    made = _suggested(_edit((2, 4), (2, 8), "list"))
    assert made == Suggestion(line=2, end_line=2, replacement="b: list[Optional[int]] = []")


def test_edits_of_one_line_are_made_together() -> None:
    made = _suggested(_edit((2, 4), (2, 8), "list"), _edit((2, 9), (2, 22), "int | None"))
    assert made == Suggestion(line=2, end_line=2, replacement="b: list[int | None] = []")


def test_line_end_is_not_part_of_the_line() -> None:
    made = _suggested(_edit((2, 1), (2, 2), "c"), text="a = 1\r\nb = 2\r\n")
    assert made == Suggestion(line=2, end_line=2, replacement="c = 2")


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (_edit((1, 1), (2, 1), ""), "two lines"),
        (_edit((2, 1), (3, 1), ""), "the line itself goes"),
        (_edit((1, 1), (1, 1), "import x"), "another line"),
        (_edit((2, 1), (2, 1), "x\n"), "a line more"),
        (_edit((2, 1), (2, 2), "b"), "nothing"),
        (_edit((2, 1), (2, 99), 'password = "hunter2hunter2"'), "a secret"),
    ],
)
def test_fix_of_more_or_less_than_one_line_is_no_suggestion(edit: Edit, why: str) -> None:
    assert _suggested(edit) is None, why


@pytest.mark.parametrize("applicability", ["unsafe", "display"])
def test_fix_that_is_not_safe_is_no_suggestion(applicability: str) -> None:
    assert _suggested(_edit((2, 4), (2, 8), "list"), applicability=applicability) is None


def test_file_whose_rows_are_not_the_lines_of_a_diff_gets_no_suggestion() -> None:
    assert _suggested(_edit((2, 4), (2, 8), "list"), text="a = 1\rz = 1\nb: List[int] = []\n") is None


def test_review_of_a_whole_file_suggests_what_ruff_would_write() -> None:
    text = "from typing import Optional\n\n\ndef f(a: Optional[int]) -> None:\n    return None\n"
    report = report_of({"a.py": text})
    assert ("UP045", "a.py", 4) in places(report)
    (suggestion,) = [finding.suggestion for finding in report.findings if finding.code == "UP045"]
    assert suggestion == Suggestion(line=4, end_line=4, replacement="def f(a: int | None) -> None:")


def test_review_of_a_diff_alone_suggests_nothing_of_ruffs() -> None:
    old = "from typing import Optional\n\n\ndef g() -> None:\n    return None\n\n\n"
    diff = diff_of({"a.py": old + "def f(a: Optional[int]) -> None:\n    return None\n"}, {"a.py": old})
    found = [finding for finding in review(diff).findings if finding.detector == "ruff"]
    assert [finding.suggestion for finding in found if finding.suggestion is not None] == []
