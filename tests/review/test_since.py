from __future__ import annotations

import json
from collections.abc import Callable

from backwright.review.anchor import Anchors
from backwright.review.diagnostic import Diagnostic
from backwright.review.format import formats
from backwright.review.judgement import Judge
from backwright.review.report import Fixed, OpenQuestion, Report
from backwright.review.since import Earlier, compared
from backwright.review.verdict import Comment, Judgements, Remark, Verdict
from tests.review._make import diff_of, report_of
from tests.review.test_judgement import question

HEAD = "import requests\n\n\n"
ONE = 'def one() -> None:\n    requests.get("https://one.example.org")\n\n\n'
TWO = 'def two() -> None:\n    requests.get("https://two.example.org")\n\n\n'
THREE = 'def three() -> None:\n    requests.get("https://three.example.org")\n\n\n'
MONEY = "def money(price: float) -> float:\n    return price * 1.2\n"
PATH = "app/calls.py"
ASKED = (question("python-backend", "money-exact"),)


def reviewed(*parts: str, questions: tuple[OpenQuestion, ...] = ()) -> tuple[Report, Anchors]:
    text = "".join((HEAD, *parts))
    report = report_of({PATH: text})
    only = tuple(one for one in report.findings if one.code == "BW601")
    return report.model_copy(update={"findings": only, "questions": questions}), Anchors(diff_of({PATH: text}))


def said(report: Report, anchors: Anchors) -> Judgements:
    judge = Judge(report, anchors, lambda _: None)
    money = {"path": PATH, "line": 8, "quote": "return price * 1.2"}
    verdict = Verdict.model_validate({"item": "money-exact", "verdict": "broken", "reason": "Floats.", **money})
    comment = Comment.model_validate({**money, "message": "Name the tax rate."})
    judged = judge.judged([verdict], [comment])
    assert [one.outcome for one in judge.outcomes] == ["accepted", "accepted"]
    return judged


def against(
    earlier: Earlier,
    report: Report,
    anchors: Anchors,
    looked: Callable[[Diagnostic], bool] = lambda _: True,
) -> tuple[Report, tuple[Remark, ...]]:
    return compared(report, earlier, anchors, looked)


def lines(findings: tuple[Diagnostic, ...]) -> list[tuple[str, int]]:
    return [(one.code, one.location.line) for one in findings]


def test_what_is_new_still_open_and_fixed_is_told_apart_although_lines_moved() -> None:
    before, _ = reviewed(ONE, TWO)
    report, _ = against(Earlier("h", before), *reviewed(THREE, TWO))
    assert lines(report.findings) == [("BW601", 5)]
    assert report.since is not None
    assert lines(report.since.still_open) == [("BW601", 9)]
    assert report.since.fixed == (Fixed(code="BW601", path=PATH, line=5),)


def test_the_same_review_again_has_nothing_new() -> None:
    before, anchors = reviewed(ONE, TWO)
    report, _ = against(Earlier("h", before), before, anchors)
    assert report.findings == ()
    assert report.since is not None
    assert report.since.still_open == before.findings
    assert report.since.fixed == ()


def test_what_is_still_open_is_known_in_the_third_review_too() -> None:
    first, _ = reviewed(ONE)
    second, _ = against(Earlier("a", first), *reviewed(ONE, TWO))
    third, _ = against(Earlier("b", second), *reviewed(TWO))
    assert third.findings == ()
    assert third.since is not None
    assert lines(third.since.still_open) == [("BW601", 5)]
    assert [one.line for one in third.since.fixed] == [5]


def test_where_a_review_did_not_look_nothing_is_fixed() -> None:
    before, _ = reviewed(ONE, TWO)
    report, _ = against(Earlier("h", before), *reviewed(TWO), looked=lambda _: False)
    assert report.since is not None
    assert (report.since.fixed, report.since.not_compared) == ((), 1)


def test_what_a_caller_said_is_still_open_where_its_code_stands_and_is_carried_on() -> None:
    before, anchors = reviewed(ONE[:-1], MONEY, questions=ASKED)
    earlier = Earlier("h", before, said(before, anchors))
    report, carried = against(earlier, *reviewed(ONE, TWO, MONEY, questions=ASKED))
    assert report.since is not None
    judged = [one for one in report.since.still_open if one.detector == "caller"]
    assert [(one.location.line, one.message) for one in judged] == [(13, "Floats."), (13, "Name the tax rate.")]
    assert report.since.answered == (("python-backend/money-exact", "broken at app/calls.py:13"),)
    third, still = against(Earlier("i", report, carried=carried), *reviewed(ONE))
    assert third.since is not None
    assert ([one.line for one in third.since.fixed if one.code == "JUDGED"], still) == ([13, 13], ())


def test_every_format_tells_what_became_of_the_earlier_review() -> None:
    before, _ = reviewed(ONE, TWO)
    report, _ = against(Earlier("h", before), *reviewed(THREE, TWO))
    diff = diff_of({PATH: f"{HEAD}{THREE}{TWO}"})
    shown = {form.name: form.render(report, diff) for form in formats()}
    for name in ("text", "markdown", "html", "github-review"):
        assert "1 new, 1 still open, 1 fixed" in shown[name], name
        assert "Still open" in shown[name], name
    results = json.loads(shown["sarif"])["runs"][0]["results"]
    assert [
        (one["baselineState"], one["locations"][0]["physicalLocation"]["region"]["startLine"]) for one in results
    ] == [("new", 5), ("unchanged", 9)]
    assert [one["code"] for one in json.loads(shown["json"])["since"]["fixed"]] == ["BW601"]
