"""Fixes are made where the review saw the line, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backwright.errors import PlanStaleError, WriteFailedError
from backwright.review.diagnostic import Diagnostic, Location, Suggestion
from backwright.review.diff import Diff, parse_diff
from backwright.review.fix import FixPlan, apply_fixes, plan_fixes
from backwright.review.report import Report
from tests.review._make import diff_of, diff_text
from tests.review._reference import FINDINGS

OLD = "a = 1\nb = 2\nc = 3\n"
NEW = "a = 1\nb = two()\nx = one()\nc = 3\n"
DIFF = diff_of({"m.py": NEW}, {"m.py": OLD})


def _finding(line: int, text: str, *, path: str = "m.py", end_line: int | None = None) -> Diagnostic:
    return FINDINGS[0].model_copy(
        update={
            "location": Location(path=path, line=line),
            "suggestion": Suggestion(line=line, end_line=end_line or line, replacement=text),
        }
    )


def _plan(root: Path, *findings: Diagnostic, diff: Diff = DIFF) -> FixPlan:
    return plan_fixes(Report(basis="full", findings=findings), diff, root)


def _put(root: Path, data: bytes, name: str = "m.py") -> Path:
    (root / name).write_bytes(data)
    return root / name


def _reasons(plan: FixPlan) -> list[str]:
    return [left.reason for left in plan.left]


def test_added_line_is_replaced_and_all_others_stay(tmp_path: Path) -> None:
    path = _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, _finding(3, "x = 1"))
    assert path.read_text(encoding="utf-8") == NEW
    apply_fixes(plan, tmp_path)
    assert path.read_text(encoding="utf-8") == "a = 1\nb = two()\nx = 1\nc = 3\n"


def test_several_lines_become_fewer_or_more(tmp_path: Path) -> None:
    path = _put(tmp_path, NEW.encode())
    apply_fixes(_plan(tmp_path, _finding(2, "b = x = 1", end_line=3)), tmp_path)
    assert path.read_text(encoding="utf-8") == "a = 1\nb = x = 1\nc = 3\n"
    _put(tmp_path, NEW.encode())
    apply_fixes(_plan(tmp_path, _finding(3, "x = (\n    1\n)")), tmp_path)
    assert path.read_text(encoding="utf-8") == "a = 1\nb = two()\nx = (\n    1\n)\nc = 3\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a = 1\r\nb = two()\r\nx = one()\r\nc = 3\r\n", b"a = 1\r\nb = two()\r\nx = 1\r\nc = 3\r\n"),
        (b"a = 1\nb = two()\r\nx = one()\nc = 3", b"a = 1\nb = two()\r\nx = 1\nc = 3"),
        (b"\xef\xbb\xbfa = 1\nb = two()\nx = one()\nc = 3\n", b"\xef\xbb\xbfa = 1\nb = two()\nx = 1\nc = 3\n"),
    ],
)
def test_line_ends_and_marks_of_the_file_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = _put(tmp_path, before)
    apply_fixes(_plan(tmp_path, _finding(3, "x = 1")), tmp_path)
    assert path.read_bytes() == after


def test_mark_in_front_of_the_first_line_stays_when_that_line_is_fixed(tmp_path: Path) -> None:
    path = _put(tmp_path, b"\xef\xbb\xbfx = one()\n")
    apply_fixes(_plan(tmp_path, _finding(1, "x = 1"), diff=diff_of({"m.py": "x = one()\n"})), tmp_path)
    assert path.read_bytes() == b"\xef\xbb\xbfx = 1\n"


@pytest.mark.parametrize(("line", "end_line"), [(1, 1), (3, 4), (4, 4), (99, 99)])
def test_line_that_the_diff_does_not_add_is_left_alone(tmp_path: Path, line: int, end_line: int) -> None:
    _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, _finding(line, "y = 1", end_line=end_line))
    assert plan.files == ()
    assert _reasons(plan) == ["it would change a line that the diff does not add"]


def test_of_two_fixes_for_one_line_the_second_waits(tmp_path: Path) -> None:
    _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, _finding(3, "x = 1"), _finding(3, "x = 2"))
    assert b"x = 1\n" in plan.files[0].after
    assert _reasons(plan) == ["another fix changes the same line; run it again for this one"]


@pytest.mark.parametrize("now", [b"a = 1\nb = two()\nx = other()\nc = 3\n", b"# new\n" + NEW.encode(), b""])
def test_file_that_moved_since_the_review_is_refused(tmp_path: Path, now: bytes) -> None:
    _put(tmp_path, now)
    plan = _plan(tmp_path, _finding(3, "x = 1"))
    assert plan.files == ()
    assert _reasons(plan) == ["the file is not as it was reviewed; review it again"]


def test_file_that_changes_between_plan_and_write_is_not_written(tmp_path: Path) -> None:
    path = _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, _finding(3, "x = 1"))
    path.write_bytes(NEW.encode() + b"d = 4\n")
    with pytest.raises(PlanStaleError, match=r"m\.py changed since the review"):
        apply_fixes(plan, tmp_path)
    assert path.read_bytes() == NEW.encode() + b"d = 4\n"


def test_where_a_later_file_is_stale_the_earlier_ones_are_put_back(tmp_path: Path) -> None:
    first, second = _put(tmp_path, b"x = one()\n", "a.py"), _put(tmp_path, b"x = one()\n", "b.py")
    diff = diff_of({"a.py": "x = one()\n", "b.py": "x = one()\n"})
    plan = _plan(tmp_path, _finding(1, "x = 1", path="a.py"), _finding(1, "x = 1", path="b.py"), diff=diff)
    second.write_bytes(b"x = 3\n")
    with pytest.raises(PlanStaleError):
        apply_fixes(plan, tmp_path)
    assert (first.read_bytes(), second.read_bytes()) == (b"x = one()\n", b"x = 3\n")


def test_disk_that_refuses_is_named_and_what_was_written_is_put_back(tmp_path: Path) -> None:
    first, second = _put(tmp_path, b"x = one()\n", "a.py"), _put(tmp_path, b"x = one()\n", "b.py")
    diff = diff_of({"a.py": "x = one()\n", "b.py": "x = one()\n"})
    plan = _plan(tmp_path, _finding(1, "x = 1", path="a.py"), _finding(1, "x = 1", path="b.py"), diff=diff)
    # A file of the same bytes, whose name leaves no room for the name of the temporary file beside it.
    name = "n" * 252 + ".py"
    _put(tmp_path, b"x = one()\n", name)
    unwritable = FixPlan((plan.files[0], replace(plan.files[1], path=name)), ())
    with pytest.raises(WriteFailedError):
        apply_fixes(unwritable, tmp_path)
    assert (first.read_bytes(), second.read_bytes()) == (b"x = one()\n", b"x = one()\n")


def test_link_is_never_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(NEW, encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    (root / "m.py").symlink_to(outside)
    plan = _plan(root, _finding(3, "x = 1"))
    assert _reasons(plan) == ["the file cannot be read, or a link leads to it"]
    climbing = diff_of({"../outside.py": NEW}, {"../outside.py": OLD})
    assert _plan(root, _finding(3, "x = 1", path="../outside.py"), diff=climbing).files == ()


def test_fix_that_breaks_the_file_is_not_made(tmp_path: Path) -> None:
    _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, _finding(3, "x = ("))
    assert plan.files == ()
    assert _reasons(plan) == ["the fixed file would not parse"]


def test_file_of_another_encoding_is_left_alone(tmp_path: Path) -> None:
    data = b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"
    _put(tmp_path, data)
    diff = parse_diff(b"--- /dev/null\n+++ b/m.py\n@@ -0,0 +1,2 @@\n+" + data.replace(b"\nx", b"\n+x"))
    assert _reasons(_plan(tmp_path, _finding(2, "x = 1"), diff=diff)) == ["the file is not UTF-8"]


def test_series_that_touches_a_file_twice_is_refused(tmp_path: Path) -> None:
    _put(tmp_path, NEW.encode())
    twice = parse_diff((diff_text("m.py", NEW, OLD) * 2).encode())
    assert _reasons(_plan(tmp_path, _finding(3, "x = 1"), diff=twice)) == [
        "the diff does not say once what the file is like now"
    ]


def test_shown_diff_is_the_change_without_anything_hidden(tmp_path: Path) -> None:
    _put(tmp_path, NEW.encode())
    assert _plan(tmp_path, _finding(3, "x = '\u202e'")).diff().split("\n") == [
        "--- a/m.py",
        "+++ b/m.py",
        "@@ -1,5 +1,5 @@",
        " a = 1",
        " b = two()",
        "-x = one()",
        "+x = '\\u{202e}'",
        " c = 3",
        " ",
    ]


def test_finding_without_a_suggestion_asks_for_nothing(tmp_path: Path) -> None:
    _put(tmp_path, NEW.encode())
    plan = _plan(tmp_path, FINDINGS[0])
    assert (plan.files, plan.left, plan.diff()) == ((), (), "")
