"""Reports of thousands of findings: a format that people read is cut, and says by how many."""

from __future__ import annotations

import json

import pytest

from backwright.review.diagnostic import Basis, Confidence, Diagnostic, Location, Severity
from backwright.review.diff import Diff
from backwright.review.format import formats
from backwright.review.formats.sarif import MAX_RESULTS
from backwright.review.report import Report, Suppressed, Unchecked

COUNT = 5_000


def _report(count: int = COUNT, listed: int = 0) -> Report:
    return Report(
        basis="full",
        findings=tuple(
            Diagnostic(
                code="BW999",
                name="made-up",
                message="m",
                severity=Severity.ERROR,
                location=Location(path="x.py", line=line),
                basis=Basis.FULL,
                confidence=Confidence.HIGH,
                detector="backwright",
                fingerprint=f"{line:016x}",
            )
            for line in range(1, count + 1)
        ),
        suppressed=tuple(Suppressed(code="BW999", path="x.py", line=line, reason="r") for line in range(1, listed + 1)),
        unchecked=tuple(Unchecked(path=f"{number}.py", reason="r") for number in range(listed)),
    )


def _rendered(name: str, report: Report) -> str:
    return next(form for form in formats() if form.name == name).render(report, Diff(()))


@pytest.mark.parametrize(
    ("name", "shown", "said"),
    [
        ("text", "error    BW999", "more findings; the JSON report has all"),
        ("markdown", "| error BW999 |", "more findings; the JSON report has all."),
        ("html", 'id="finding-', "more findings in the JSON report."),
    ],
)
def test_what_is_left_out_of_a_text_is_counted_so_that_nothing_is_missing(name: str, shown: str, said: str) -> None:
    text = _rendered(name, _report())
    left = int(text.partition(f" {said}")[0].replace(">", " ").split()[-1].replace(",", ""))
    assert 0 < left < COUNT
    assert text.count(shown) + left == COUNT
    assert said not in _rendered(name, _report(100))


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_long_lists_beside_the_findings_are_cut_and_counted(name: str) -> None:
    text = _rendered(name, _report(0, listed=130))
    assert text.count("30 more; the JSON report has all") == 2
    assert "more; the JSON report has all" not in _rendered(name, _report(0, listed=100))


def test_markdown_of_any_number_of_findings_fits_a_comment() -> None:
    assert len(_rendered("markdown", _report(COUNT, listed=130))) < 65_536


def test_sarif_says_how_many_results_a_run_could_not_take() -> None:
    run = json.loads(_rendered("sarif", _report(MAX_RESULTS, listed=3)))["runs"][0]
    assert len(run["results"]) == MAX_RESULTS
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert f"3 results are left out: a run takes {MAX_RESULTS}" in notes


@pytest.mark.parametrize("name", ["json", "gitlab", "rdjson", "junit"])
def test_a_format_for_programs_has_every_finding(name: str) -> None:
    text = _rendered(name, _report(1_500))
    assert text.count("BW999") >= 1_500
