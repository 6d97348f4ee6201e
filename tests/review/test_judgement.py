from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.anchor import Anchors
from backwright.review.checklist import JudgementQuestion, Status
from backwright.review.diagnostic import Basis, Confidence, Diagnostic, Location, Severity
from backwright.review.diff import LineKind
from backwright.review.format import formats
from backwright.review.judgement import Judge, completed
from backwright.review.report import OpenQuestion, Report
from backwright.review.verdict import Answer, Comment, Judgements, Outcome, Verdict
from tests.review._make import diff_of
from tests.review._reference import REFERENCE_DIFF

OLD = "import requests\n\n\ndef fetch(url: str) -> object:\n    return None\n"
NEW = (
    "import requests\n\n\ndef fetch(url: str) -> object:\n    answer = requests.get(url)\n"
    "    total = answer.json()['total'] * 1.2\n    return total\n"
)
PATH = "app/orders.py"
DIFF = diff_of({PATH: NEW}, {PATH: OLD})


def question(skill: str, item: str) -> OpenQuestion:
    ask = JudgementQuestion(ask="Is it?", evidence="Look.", success="It is.", failure="It is not.")
    return OpenQuestion(skill=skill, version="1.0.0", item=item, text="Money is exact.", question=ask)


TIMEOUT = Diagnostic(
    code="BW601",
    name="missing-timeout",
    kind="no-timeout",
    message="`requests.get` waits for ever without a timeout",
    severity=Severity.ERROR,
    location=Location(path=PATH, line=5),
    basis=Basis.FULL,
    confidence=Confidence.HIGH,
    detector="backwright",
    fingerprint="0123456789abcdef",
)
REPORT = Report(
    basis="full",
    findings=(TIMEOUT,),
    questions=(question("python-backend", "money-exact"), question("code-review", "one-purpose")),
)


def judge(
    verdicts: Sequence[Verdict] = (),
    comments: Sequence[Comment] = (),
    earlier: Judgements | None = None,
    files: dict[str, bytes] | None = None,
) -> tuple[Report, list[Outcome], Judgements]:
    one = Judge(REPORT, Anchors(DIFF), ({PATH: NEW.encode()} if files is None else files).get, earlier)
    judged = one.judged(verdicts, comments)
    return completed(REPORT, judged), one.outcomes, judged


def verdict(item: object = "python-backend/money-exact", answer: object = "broken", **more: object) -> Verdict:
    return Verdict.model_validate({"item": item, "verdict": answer, **more})


TOTAL = {"path": PATH, "line": 6, "quote": "total = answer.json()['total'] * 1.2"}


def comment(message: object = "The float loses cents.", **more: object) -> Comment:
    return Comment.model_validate({**TOTAL, "message": message, **more})


def status(report: Report, item: str) -> tuple[Status, str]:
    (found,) = [entry for entry in report.checklist if entry.item == item]
    return found.status, found.detail


def test_a_broken_item_is_violated_and_is_a_finding_of_the_caller() -> None:
    report, outcomes, _ = judge([verdict(reason="A float has no exact cents.", **TOTAL)])
    assert [(one.of, one.outcome, one.at) for one in outcomes] == [
        ("python-backend/money-exact", "accepted", "app/orders.py:6")
    ]
    assert status(report, "money-exact") == (
        Status.VIOLATED,
        "judged by the caller: `total = answer.json()['total'] * 1.2` at app/orders.py:6. A float has no exact cents.",
    )
    made = report.findings[1]
    assert (made.code, made.detector, made.basis, made.location.line, made.message) == (
        "JUDGED",
        "caller",
        Basis.JUDGEMENT,
        6,
        "A float has no exact cents.",
    )
    assert made.enforces is not None
    assert made.enforces.item == "money-exact"
    assert report.findings[0] == TIMEOUT


@pytest.mark.parametrize(
    ("answer", "more", "expected"),
    [
        ("met", TOTAL, Status.EVIDENCED),
        ("met", {}, Status.NO_VIOLATION),
        ("not_applicable", {"reason": "No money here."}, Status.NOT_APPLICABLE),
        ("unsure", {}, Status.NOT_EVALUATED),
    ],
)
def test_each_answer_has_its_status(answer: str, more: dict[str, object], expected: Status) -> None:
    report, _, _ = judge([verdict(answer=answer, **more)])
    assert status(report, "money-exact")[0] is expected
    assert report.findings == (TIMEOUT,)


def test_what_is_not_answered_stays_a_question_and_is_not_evaluated() -> None:
    report, _, _ = judge([verdict(answer="met", **TOTAL)])
    assert [one.item for one in report.questions] == ["one-purpose"]
    assert status(report, "one-purpose") == (Status.NOT_EVALUATED, "asked, and not answered")


def test_nothing_accepted_leaves_the_report_as_it_was() -> None:
    report, outcomes, _ = judge([verdict(item="x/y", answer="met")], [comment(path="other.py")])
    assert report == REPORT
    assert [one.outcome for one in outcomes] == ["refused", "refused"]


@pytest.mark.parametrize(
    ("verdicts", "reasons"),
    [
        ([verdict()], ["broken needs a quote"]),
        ([verdict(quote="   ", path=PATH, line=6)], ["the quote is empty"]),
        ([verdict(quote="total = 1", path=PATH, line=6)], ["line 6 reads `total = answer.json()"]),
        ([verdict(item="x/money-exact", answer="met")], ["did not ask that"]),
        (
            [verdict(answer="met"), verdict(**TOTAL)],
            ["it is answered in two ways", "it is answered in two ways"],
        ),
    ],
)
def test_a_verdict_that_does_not_hold_is_refused(verdicts: list[Verdict], reasons: list[str]) -> None:
    report, outcomes, judged = judge(verdicts)
    assert [one.outcome for one in outcomes] == ["refused"] * len(reasons)
    for one, reason in zip(outcomes, reasons, strict=True):
        assert reason in (one.why or "")
    assert judged == Judgements()
    assert report == REPORT


def test_an_item_is_known_without_its_skill_where_one_skill_has_it() -> None:
    report, outcomes, _ = judge([verdict(item="money-exact", answer="met")])
    assert outcomes[0].of == "python-backend/money-exact"
    assert status(report, "money-exact")[0] is Status.NO_VIOLATION


def test_one_verdict_may_have_several_places() -> None:
    first = verdict(**{**TOTAL, "reason": "Floats."})
    second = verdict(path=PATH, line=7, quote="return total")
    report, _, _ = judge([first, second])
    assert [(one.location.line, one.message) for one in report.findings[1:]] == [(6, "Floats."), (7, "Floats.")]


def test_a_comment_is_a_finding_of_the_caller_on_its_line() -> None:
    report, outcomes, _ = judge(comments=[comment(severity="info")])
    assert outcomes == [Outcome(of="comment 1", outcome="accepted", at="app/orders.py:6")]
    made = report.findings[1]
    assert (made.location.line, made.location.column, made.severity, made.message) == (
        6,
        5,
        Severity.INFO,
        "The float loses cents.",
    )


def test_a_moved_comment_says_so() -> None:
    _, outcomes, _ = judge(comments=[comment(line=4)])
    assert outcomes == [
        Outcome(of="comment 1", outcome="moved", at="app/orders.py:6", why="the quote is not on line 4")
    ]


@pytest.mark.parametrize(
    ("line", "quote", "message"),
    [
        (5, "answer = requests.get(url)", "This request has no timeout and may wait forever."),
        (5, "answer = requests.get(url)", "As BW601 says."),
        (6, TOTAL["quote"], "BW601: set one on the line above."),
    ],
)
def test_a_comment_that_says_what_a_finding_says_is_merged(line: int, quote: str, message: str) -> None:
    report, outcomes, _ = judge(comments=[comment(message, line=line, quote=quote)])
    assert report == REPORT
    (one,) = outcomes
    assert (one.outcome, one.at) == ("merged", "app/orders.py:5")
    assert (one.why or "").startswith("BW601 says it")


@pytest.mark.parametrize(
    ("line", "quote", "message"),
    [
        (5, "answer = requests.get(url)", "The url comes from the user, so it reaches internal hosts."),
        (6, TOTAL["quote"], "The request has no timeout and may wait forever."),
        (6, TOTAL["quote"], "BW6011 is no code."),
    ],
)
def test_a_comment_on_something_else_or_somewhere_else_is_its_own(line: int, quote: str, message: str) -> None:
    report, outcomes, _ = judge(comments=[comment(message, line=line, quote=quote)])
    assert outcomes[0].outcome == "accepted"
    assert len(report.findings) == 2


def test_two_comments_that_say_the_same_are_one() -> None:
    report, outcomes, _ = judge(comments=[comment(), comment("A float loses some cents here.")])
    assert [one.outcome for one in outcomes] == ["accepted", "merged"]
    assert len(report.findings) == 2


@pytest.mark.parametrize(
    ("suggestion", "reason"),
    [
        ("", "it is empty"),
        (" \n ", "it is empty"),
        ("    total = answer.json()['total'] * 1.2", "it is what stands there already"),
        ("total = 1", "with it the file does not parse (line 7: unexpected indent)"),
        ("    total = (", "with it the file does not parse"),
        ("    total = 1\u200b", "it holds U+200B ZERO WIDTH SPACE"),
        ('    password = "9fK2mQ7xV4bN8sT1wZ6c"', "it shows what looks like a secret"),
    ],
)
def test_a_suggestion_that_cannot_stand_there_is_refused_and_its_comment_is_not(suggestion: str, reason: str) -> None:
    report, outcomes, _ = judge(comments=[comment(suggestion=suggestion)])
    assert outcomes[0].outcome == "accepted"
    assert f"its suggestion is refused: {reason}" in (outcomes[0].why or "")
    assert report.findings[1].suggestion is None


def test_a_suggestion_that_parses_in_place_is_taken() -> None:
    good = '    total = Decimal(answer.json()["total"])\n    total *= Decimal("1.2")'
    report, outcomes, _ = judge(comments=[comment(suggestion=good)])
    assert outcomes[0].why is None
    taken = report.findings[1].suggestion
    assert taken is not None
    assert (taken.line, taken.end_line, taken.replacement) == (6, 6, good)


def test_a_suggestion_on_a_line_that_is_not_added_is_refused() -> None:
    _, outcomes, _ = judge(comments=[comment(line=4, quote="def fetch(url: str)", suggestion="def f() -> None:")])
    assert "the change does not add the line" in (outcomes[0].why or "")


@pytest.mark.parametrize("files", [{}, {PATH: b"other\ncontent\n"}])
def test_without_the_very_file_a_suggestion_is_taken_unparsed_and_that_is_said(files: dict[str, bytes]) -> None:
    report, outcomes, _ = judge(comments=[comment(suggestion="    total = (")], files=files)
    assert "was not parsed" in (outcomes[0].why or "")
    assert report.findings[1].suggestion is not None


def test_text_is_freed_of_what_nobody_sees_and_of_secrets_and_is_cut() -> None:
    message = 'It\u200b   is\n\nwrong, password = "9fK2mQ7xV4bN8sT1wZ6c". ' + "long " * 600
    report, outcomes, _ = judge(comments=[comment(message)])
    said = report.findings[1].message
    assert said.startswith("It is wrong, password = ")
    assert "9fK2mQ7xV4bN8sT1" not in said
    assert len(said) <= 2_000
    for word in ("1 hidden character(s) were taken out", "cut to 2000", "secret is masked"):
        assert word in (outcomes[0].why or "")


def test_a_message_of_nothing_is_refused() -> None:
    _, outcomes, _ = judge(comments=[comment(" \u200b ")])
    assert (outcomes[0].outcome, (outcomes[0].why or "")[:20]) == ("refused", "the message is empty")


def test_the_same_call_again_changes_nothing_and_is_answered_alike() -> None:
    call = (
        [verdict(reason="Floats.", **TOTAL), verdict("code-review/one-purpose", "met"), verdict("no/such", "met")],
        [comment(), comment("Loses cents as a float."), comment(line=4, message="Other words entirely."), comment("")],
    )
    first, outcomes, judged = judge(*call)
    second, again, twice = judge(*call, judged)
    assert (second, again, twice) == (first, outcomes, judged)


def test_a_later_call_replaces_a_verdict_and_keeps_the_rest() -> None:
    _, _, judged = judge([verdict(**TOTAL), verdict("code-review/one-purpose", "met")], [comment()])
    other = comment("Not rounded at all either.", line=7, quote="return total")
    report, _, _ = judge([verdict(answer="not_applicable")], [other], judged)
    assert status(report, "money-exact")[0] is Status.NOT_APPLICABLE
    assert status(report, "one-purpose")[0] is Status.NO_VIOLATION
    assert [one.location.line for one in report.findings] == [5, 6, 7]


HOSTILE = st.sampled_from(
    ["<script>alert(1)</script>", "::error::x", "\x1b[31mred", "@everyone", "]]>", "\u202e", "```"]
)
TEXT = st.text(max_size=40) | HOSTILE
PATHS = st.sampled_from([file.path for file in REFERENCE_DIFF.files]) | TEXT.filter(bool)
QUOTES = TEXT | st.sampled_from(
    [line.text for file in REFERENCE_DIFF.files for hunk in file.hunks for line in hunk.lines]
)


@given(
    st.lists(
        st.builds(
            Verdict,
            item=st.sampled_from(["python-backend/money-exact", "one-purpose"]) | TEXT.filter(bool),
            verdict=st.sampled_from(Answer),
            path=st.none() | PATHS,
            line=st.none() | st.integers(1, 40),
            quote=st.none() | QUOTES,
            reason=st.none() | TEXT,
        ),
        max_size=4,
    ),
    st.lists(
        st.builds(
            Comment,
            path=PATHS,
            line=st.integers(1, 40),
            quote=QUOTES,
            message=TEXT,
            severity=st.sampled_from(Severity),
            suggestion=st.none() | TEXT,
        ),
        max_size=4,
    ),
)
def test_whatever_is_said_each_part_has_an_outcome_and_every_anchor_can_be_commented_on(
    verdicts: list[Verdict], comments: list[Comment]
) -> None:
    one = Judge(REPORT, Anchors(REFERENCE_DIFF), lambda _: None)
    judged = one.judged(verdicts, comments)
    assert len(one.outcomes) == len(verdicts) + len(comments)
    assert all(each.why for each in one.outcomes if each.outcome in {"refused", "moved", "merged"})
    report = completed(REPORT, judged)
    commentable = {
        (file.path, line.new)
        for file in REFERENCE_DIFF.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.kind is not LineKind.REMOVED
    }
    for finding in report.findings:
        if finding.detector == "caller":
            last = finding.location.end_line or finding.location.line
            assert {(finding.location.path, n) for n in range(finding.location.line, last + 1)} <= commentable
    for form in formats():
        shown = form.render(report, REFERENCE_DIFF)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert form.name not in {"html", "markdown"} or "<script>alert" not in shown
