"""Comments that silence findings: what they need, what they reach, and what is said of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.diff import parse_diff
from backwright.review.engine import review
from backwright.review.options import Options
from backwright.review.report import Report
from tests.review._make import diff_of, diff_text, places, report_of

HEAD = "import time\n\n\nasync def f() -> None:\n"
SLEEP = "    time.sleep(1)"
WHY = "# backwright: ignore[ASYNC251] the loop is not running yet"
BARE = f"{HEAD}    pass\n"


def _report(*lines: str, old: str | None = BARE) -> Report:
    text = HEAD + "".join(f"{line}\n" for line in lines)
    return report_of({"app/x.py": text}, None if old is None else {"app/x.py": old})


def _said(report: Report) -> list[str]:
    return [note for note in report.notes if "comment" in note]


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        ([f"{SLEEP}  {WHY}"], 5),
        ([f"    {WHY}", SLEEP], 6),
        ([f"    {WHY}", "    # It only warms a cache.", SLEEP], 7),
        ([f"{SLEEP}  # noqa: ASYNC251  {WHY}"], 5),
        ([f"{SLEEP}  {WHY}  # type: ignore[misc]"], 5),
        ([f"{SLEEP}  # backwright: ignore[E722, ASYNC251] the loop is not running yet"], 5),
        ([f"{SLEEP}  #backwright:ignore[ASYNC251]: the loop is not running yet"], 5),
    ],
)
def test_a_comment_with_a_reason_silences_its_rules_on_its_line_or_the_one_below(lines: list[str], at: int) -> None:
    report = _report(*lines)
    assert places(report) == []
    (entry,) = report.suppressed
    assert (entry.code, entry.line, entry.reason, entry.by, entry.added) == (
        "ASYNC251",
        at,
        "the loop is not running yet",
        "comment",
        True,
    )


@pytest.mark.parametrize(
    "lines",
    [
        [WHY, "", SLEEP],
        [SLEEP, f"    {WHY}"],
        [f"    x = 1  {WHY}", SLEEP],
        [f'    x = "{WHY}"', SLEEP],
        ['    x = """', f"    {WHY}", '    """; time.sleep(1)'],
        [f"{SLEEP}  # backwright: ignore[E722] another rule"],
        [f"{SLEEP}  # backwright: ignored[ASYNC251] no such word"],
        [f"{SLEEP}  # noqa: ASYNC251"],
    ],
)
def test_what_is_no_comment_on_the_finding_silences_nothing(lines: list[str]) -> None:
    assert [code for code, _, _ in places(_report(*lines)) if code == "ASYNC251"] == ["ASYNC251"]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# backwright: ignore[ASYNC251]", "gives no reason, so it silences nothing"),
        ("# backwright: ignore[ASYNC251] --", "gives no reason, so it silences nothing"),
        ("# backwright: ignore it is fine", "names no rule, so it silences nothing"),
        ("# backwright: ignore[] it is fine", "names no rule, so it silences nothing"),
        ("# backwright: ignore[ASYNC999] it is fine", "names ASYNC999, which no rule is called"),
    ],
)
def test_a_comment_that_lacks_something_silences_nothing_and_is_told_with_its_line(comment: str, said: str) -> None:
    report = _report(f"{SLEEP}  {comment}")
    assert places(report) == [("ASYNC251", "app/x.py", 5)]
    (note,) = _said(report)
    assert note.startswith("app/x.py:5: the comment ")
    assert said in note


def test_a_known_code_beside_an_unknown_one_still_counts() -> None:
    report = _report(f"{SLEEP}  # backwright: ignore[NOPE1, ASYNC251] it is fine")
    assert places(report) == []
    assert any("names NOPE1, which no rule is called" in note for note in _said(report))


def test_the_comment_that_the_change_adds_is_reported_with_its_place() -> None:
    (note,) = _said(_report(f"{SLEEP}  {WHY}"))
    assert note == ("app/x.py:5: this change adds the comment that silences ASYNC251: the loop is not running yet")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([f"{SLEEP}  {WHY}"], [f"    time.sleep(2)  {WHY}", SLEEP.replace("1", "3 if f else 4")]),
        ([f"    {WHY}", "    pass"], [f"    {WHY}", SLEEP]),
    ],
)
def test_a_comment_that_was_there_is_no_news(old: list[str], new: list[str]) -> None:
    report = _report(*new, old=HEAD + "".join(f"{line}\n" for line in old))
    assert [entry.added for entry in report.suppressed if entry.by == "comment"] in ([False], [])
    assert _said(report) == []


def test_an_added_comment_that_silences_nothing_is_told_and_an_old_one_is_not() -> None:
    (note,) = _said(_report(f"    pass  {WHY}"))
    assert note == "app/x.py:5: the comment silences ASYNC251 where it finds nothing; take it out"
    assert _said(_report("    pass", f"    pass  {WHY}", old=f"{HEAD}    pass  {WHY}\n")) == []


def test_a_comment_above_a_line_that_was_there_is_of_use() -> None:
    report = _report(f"    {WHY}", SLEEP, old=f"{HEAD}{SLEEP}\n")
    assert (places(report), _said(report)) == ([], [])


def test_a_fragment_honours_comments_and_finds_none_idle() -> None:
    hunk = "--- a/app/x.py\n+++ b/app/x.py\n@@ -10,1 +10,3 @@ async def f() -> None:\n     a = 1\n"
    report = review(parse_diff(f"{hunk}+{SLEEP}  {WHY}\n+    pass  {WHY}\n".encode()))
    assert report.basis == "fragment"
    assert [(entry.code, entry.line) for entry in report.suppressed] == [("ASYNC251", 11)]
    assert [note for note in _said(report) if "nothing" in note] == []


def test_one_finding_of_an_entry_of_style_can_be_silenced() -> None:
    text = (
        "def f(a) -> None:\n    pass\n\n\ndef g(b) -> None:  # backwright: ignore[ANN001] a plugin calls it\n    pass\n"
    )
    report = report_of({"app/x.py": text})
    assert [(one.code, one.location.line, one.others) for one in report.findings] == [("ANN001", 1, ())]
    assert [(one.code, one.line) for one in report.suppressed] == [("ANN001", 5)]


def test_the_checklist_says_that_an_item_was_silenced_and_why() -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=("ASYNC251",))
    diff = diff_of({"app/x.py": f"{HEAD}{SLEEP}  {WHY}\n"})
    (item,) = review(diff, checklist=(entry,)).checklist
    assert (item.status, item.detail) == (
        Status.NOT_EVALUATED,
        "ASYNC251 is suppressed: the loop is not running yet",
    )


def test_notes_about_comments_are_counted_when_there_are_many() -> None:
    lines = [f"    time.sleep({number})  # backwright: ignore[ASYNC251]" for number in range(14)]
    notes = _said(_report(*lines))
    assert len(notes) == 11
    assert notes[-1] == "4 more comments with something wrong"


def test_a_secret_in_a_reason_is_masked() -> None:
    secret = "ghp_" + "a1B2" * 9
    report = _report(f"{SLEEP}  # backwright: ignore[ASYNC251] use {secret}")
    assert secret not in report.model_dump_json()


@given(st.text(st.sampled_from("#backwrightignoe: []ASYNC251,'\"\\\n\r()\t\u2028x"), max_size=120))
def test_any_text_around_a_comment_leaves_a_report(text: str) -> None:
    diff = diff_text("app/x.py", f"{HEAD}{SLEEP}  # backwright: ignore[{text}\n")
    report = review(parse_diff(diff.encode("utf-8", "replace")), options=Options(ruff=False))
    assert all(entry.reason for entry in report.suppressed)
