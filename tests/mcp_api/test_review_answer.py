from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.errors import InvalidCursorError
from backwright.mcp_api._review_answer import BUDGET, ReviewAnswer, answer, render
from backwright.review.checklist import ItemStatus, JudgementQuestion, Status
from backwright.review.diagnostic import Basis, Confidence, Diagnostic, ItemRef, Location, Severity, Suggestion
from backwright.review.report import EvidenceLine, Fixed, OpenQuestion, Report, Since, Stats, Suppressed, Unchecked
from backwright.routing.briefing import approx_tokens


def finding(line: int, severity: Severity = Severity.WARNING, message: str = "It waits for ever.") -> Diagnostic:
    return Diagnostic(
        code="BW601",
        name="call-without-timeout",
        message=message,
        severity=severity,
        location=Location(path="app/orders.py", line=line),
        basis=Basis.FULL,
        confidence=Confidence.HIGH,
        detector="backwright",
    )


def report(*findings: Diagnostic) -> Report:
    return Report(
        basis="full", findings=findings, stats=Stats(files=1, python_files=1, added=9, added_python=9, reviewed=9)
    )


QUESTION = OpenQuestion(
    skill="python-backend",
    version="1.0.0",
    item="money-exact",
    text="Money is exact.",
    question=JudgementQuestion(ask="Is it exact?", evidence="Look at types.", success="Decimal.", failure="Float."),
    lines=(EvidenceLine(path="app/orders.py", line=3, text="total = 0.1"),),
)


def test_the_worst_findings_come_first() -> None:
    page = answer(report(finding(1), finding(2, Severity.INFO), finding(3, Severity.ERROR)), None)
    assert [(found.line, found.severity) for found in page.findings] == [(3, "error"), (1, "warning"), (2, "info")]
    assert page.summary == (
        "3 findings (1 error, 1 warning, 1 info); 9 of 9 added Python lines in 1 files were read (full basis)."
    )
    assert page.next_cursor is None


def test_a_finding_says_its_fix_its_checklist_item_and_a_lower_confidence() -> None:
    found = finding(4).model_copy(
        update={
            "confidence": Confidence.LOW,
            "suggestion": Suggestion(line=4, end_line=4, replacement="    get(timeout=5)"),
            "enforces": ItemRef(skill="python-backend", version="1.0.0", item="timeouts", text="Calls end."),
            "others": (7, 9),
        }
    )
    page = answer(report(found), None)
    assert "- app/orders.py:4 warning BW601: It waits for ever. (also lines 7, 9) [low confidence]" in render(page)
    assert "[python-backend/timeouts]\n  Replace the line by: `    get(timeout=5)`" in render(page)
    without = answer(report(found.model_copy(update={"suggestion": None})), None)
    assert "[python-backend/timeouts]\n  Do: Calls end." in render(without)


def test_a_review_with_a_handle_names_it_and_where_all_of_it_is() -> None:
    page = answer(report(finding(1)), None, handle="a" * 20)
    assert page.review == "a" * 20
    assert render(page).endswith(f"Whole report: review://{'a' * 20}")


def test_a_review_that_is_not_kept_says_why() -> None:
    page = answer(report(), None, word="the change is too large for its review to be kept")
    assert page.review is None
    assert page.summary.endswith("The change is too large for its review to be kept.")


def test_since_an_earlier_review_what_is_new_is_told_in_full_and_what_is_open_in_a_line() -> None:
    since = Since(
        review="b" * 20,
        still_open=(finding(7),),
        fixed=(Fixed(code="BW601", path="a.py", line=1), Fixed(code="BW601", path="a.py", line=2)),
        not_compared=1,
        answered=(("python-backend/money-exact", "met at app/orders.py:3"),),
    )
    full = report(finding(9)).model_copy(update={"since": since, "questions": (QUESTION,)})
    page = answer(full, None)
    assert [found.line for found in page.findings] == [9]
    assert page.still_open == ("app/orders.py:7 warning BW601: It waits for ever.",)
    assert page.summary.endswith(
        f"Since review {'b' * 20}: 1 new (listed), 1 still open, 2 fixed (BW601 2), 1 not looked at again."
    )
    assert "Before: met at app/orders.py:3." in render(page)


def test_the_lines_of_a_finding_that_are_not_named_are_counted() -> None:
    found = finding(4).model_copy(update={"others": tuple(range(5, 60))})
    assert "(also lines 5, 6, 7" in (text := render(answer(report(found), None)))
    assert "23, 24 and 35 more)" in text


def test_the_channels_stay_apart_and_passed_items_are_left_out() -> None:
    def item(name: str, status: Status) -> ItemStatus:
        return ItemStatus(skill="s", version="1.0.0", item=name, text="T.", status=status, detail="D.")

    full = report().model_copy(
        update={
            "questions": (QUESTION,),
            "unchecked": (Unchecked(path="a.py", lines=(3,), reason="it does not parse"),),
            "checklist": (item("broken", Status.VIOLATED), item("fine", Status.NO_VIOLATION)),
            "suppressed": (Suppressed(code="BW105", path="b.py", line=2, reason="known"),),
            "notes": ("Only the diff was read.",),
        }
    )
    text = render(answer(full, None))
    assert text.startswith("No findings; 9 of 9 added Python lines in 1 files were read (full basis); 1 suppressed")
    assert "Note: Only the diff was read." in text
    assert "## Not reviewed\n- a.py lines 3: it does not parse" in text
    asked = "- [python-backend/money-exact] Is it exact? Look at types. met: Decimal. broken: Float."
    assert f"{asked}\n  app/orders.py:3 total = 0.1" in text
    assert "- [s/broken] violated: T. D." in text
    assert "fine" not in text


@given(st.lists(st.text(max_size=3_000), max_size=80))
@settings(deadline=None)
def test_every_page_keeps_the_budget_and_together_they_hold_every_finding(messages: list[str]) -> None:
    full = report(*(finding(number + 1, message=message) for number, message in enumerate(messages)))
    page: ReviewAnswer | None = answer(full, None)
    lines: list[int] = []
    while page is not None:
        assert approx_tokens(render(page)) <= BUDGET
        assert approx_tokens(page.model_dump_json(exclude_none=True)) <= BUDGET
        lines += [found.line for found in page.findings]
        page = None if page.next_cursor is None else answer(full, page.next_cursor)
    assert lines == list(range(1, len(messages) + 1))


def test_the_text_of_a_page_with_more_says_how_to_go_on() -> None:
    page = answer(report(*(finding(line, message="long " * 100) for line in range(1, 60))), None)
    assert render(page).endswith(f"call review_diff again, same arguments, with cursor={page.next_cursor}")


@pytest.mark.parametrize("cursor", ["", "1", "0.0123456789abcdef", "1.0123456789abcdef", "x" * 1_000, "1.\u0660"])
def test_a_cursor_of_another_review_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        answer(report(finding(1), finding(2)), cursor)


def test_a_cursor_is_refused_once_the_change_is_another_one() -> None:
    findings = [finding(line, message="long " * 100) for line in range(1, 60)]
    cursor = answer(report(*findings), None).next_cursor
    assert cursor is not None
    assert answer(report(*findings), cursor).findings
    with pytest.raises(InvalidCursorError):
        answer(report(*findings[:-1]), cursor)
