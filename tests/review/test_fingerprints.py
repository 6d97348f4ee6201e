"""Fingerprints: what keeps one, what makes another, and that both modes agree on it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.review.diff import parse_diff
from backwright.review.engine import review
from backwright.review.fingerprints import normalised
from backwright.review.options import Options
from backwright.review.report import Report
from tests.review._make import diff_text, report_of

HEAD = "import time\n\n\n"
PATH = "app/x.py"


def _function(name: str, *lines: str) -> str:
    return f"async def {name}() -> None:\n" + "".join(f"    {line}\n" for line in lines or ("pass",)) + "\n\n"


def _marks(report: Report) -> list[str]:
    return [one.fingerprint for one in report.findings if one.code == "ASYNC251"]


def _of(new: str, old: str | None = None) -> list[str]:
    return _marks(report_of({PATH: new}, None if old is None else {PATH: old}))


SLEEPS = HEAD + _function("a", "time.sleep(1)")


@pytest.mark.parametrize(
    "other",
    [
        f"import os\n\n\nprint(os)\n{SLEEPS}",
        HEAD + _function("b", "time.sleep(1)") + _function("a", "time.sleep(1)"),
        HEAD + _function("a", "x = 1", "if x:", "    time.sleep(1)"),
        HEAD + _function("a", "time.sleep( 1 )  # warms up"),
        HEAD + _function("b") + f"@x\n{_function('a', 'time.sleep(1)')}",
    ],
)
def test_it_survives_what_happens_around_its_line(other: str) -> None:
    assert _of(SLEEPS)[0] in _of(other)


@pytest.mark.parametrize("other", [HEAD + _function("a", "time.sleep(2)"), HEAD + _function("b", "time.sleep(1)")])
def test_another_text_or_another_function_is_another_finding(other: str) -> None:
    assert _of(SLEEPS)[0] not in _of(other)


def test_a_finding_put_in_above_an_equal_one_of_another_function_takes_nothing_from_it() -> None:
    old = _of(HEAD + _function("a") + _function("b", "time.sleep(1)"), HEAD + _function("a") + _function("b"))
    new = _of(
        HEAD + _function("a", "time.sleep(1)") + _function("b", "time.sleep(1)"),
        HEAD + _function("a") + _function("b"),
    )
    assert new[1:] == old


def test_equal_lines_of_one_function_have_one_each_and_one_more_is_one_more() -> None:
    two = _of(HEAD + _function("a", "time.sleep(1)", "time.sleep(1)"))
    three = _of(HEAD + _function("a", "time.sleep(1)", "x = 1", "time.sleep(1)", "time.sleep(1)"))
    assert len(set(two)) == 2
    assert set(two) < set(three)
    assert len(set(three)) == 3


def test_an_added_line_is_not_taken_for_an_equal_one_that_was_there() -> None:
    before = _of(SLEEPS)
    added = _of(HEAD + _function("a", "time.sleep(1)", "y = 1", "time.sleep(1)"), SLEEPS)
    assert len(added) == 1
    assert added != before


def test_a_rename_makes_nothing_new() -> None:
    old, body = SLEEPS.replace("time.sleep(1)", "pass"), SLEEPS
    renamed = diff_text(PATH, body, old).replace(f"+++ b/{PATH}", "+++ b/app/y.py")
    head = f"diff --git a/{PATH} b/app/y.py\nsimilarity index 90%\nrename from {PATH}\nrename to app/y.py\n"
    moved = review(parse_diff(f"{head}{renamed}".encode()), read_new={"app/y.py": body.encode()}.get)
    assert [one.location.path for one in moved.findings] == ["app/y.py"]
    assert _marks(moved) == _of(body, old)


@pytest.mark.parametrize("section", ["", " async def a() -> None:"])
def test_both_modes_agree_where_the_function_is_in_view_or_behind_the_marks(section: str) -> None:
    filler = tuple(f"x{number} = {number}" for number in range(9))
    old = HEAD + _function("a", *filler)
    new = HEAD + _function("a", *(filler if section else ()), "time.sleep(1)")
    text = diff_text(PATH, new, old)
    if section:
        text = "".join(f"{line}{section}\n" if line.startswith("@@") else f"{line}\n" for line in text.splitlines())
    options = Options(ruff=True)
    alone = review(parse_diff(text.encode()), options=options)
    whole = review(parse_diff(text.encode()), read_new={PATH: new.encode()}.get, options=options)
    assert (alone.basis, whole.basis) == ("fragment", "full")
    assert _marks(alone) == _marks(whole) != []


def test_the_entry_of_a_file_keeps_its_fingerprint_while_one_of_its_findings_is_left() -> None:
    def entry(*names: str) -> str:
        text = "".join(f"def {name}(x) -> None:\n    pass\n\n\n" for name in names)
        (found,) = report_of({PATH: text}).findings
        return found.fingerprint

    assert len({entry("a"), entry("a", "b"), entry("b", "c")}) == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["time.sleep(1)", "time.sleep(2)", "x = 1", "print(1); print(2)"]), max_size=8))
def test_no_two_findings_of_a_report_share_one(lines: list[str]) -> None:
    text = HEAD + _function("a", *lines) + _function("b", *lines)
    marks = [one.fingerprint for one in report_of({PATH: text}).findings]
    assert len(marks) == len(set(marks))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  a = 1  # why", "a=1"),
        ("a = '#1'  # why", "a='#1'"),
        ('a = "it\'s # one"', 'a="it\'s#one"'),
        ("# all of it", "#allofit"),
        ("a = 'open # quote", "a='open#quote"),
        (r"a = '\'# in' # out", r"a='\'#in'"),
    ],
)
def test_comments_and_spaces_do_not_count_and_strings_do(text: str, code: str) -> None:
    assert normalised(text) == code
