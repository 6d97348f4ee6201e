"""The profiles: which findings belong to which, and that what one leaves out is said."""

from __future__ import annotations

import pytest

from backwright.review.diagnostic import Basis, Confidence, Diagnostic, Location, Severity
from backwright.review.engine import all_rules
from backwright.review.options import Options
from backwright.review.profile import STYLE, SURE, Profile, principle_of
from backwright.review.ruff_codes import CODES
from tests.review._make import places, report_of

TEXT = "import time\n\n\nasync def f(a):\n    time.sleep(1)\n    print(a)\n"


def _finding(kind: str, severity: Severity, confidence: Confidence = Confidence.HIGH) -> Diagnostic:
    return Diagnostic(
        code="BW999",
        name="made-up",
        kind=kind,
        message="m",
        severity=severity,
        location=Location(path="x.py", line=1),
        basis=Basis.FULL,
        confidence=confidence,
        detector="backwright",
    )


@pytest.mark.parametrize(
    ("kind", "severity", "confidence", "least"),
    [
        ("ann-missing", Severity.INFO, Confidence.HIGH, Profile.STRICT),
        ("typing-legacy", Severity.ERROR, Confidence.HIGH, Profile.STRICT),
        ("migration-index-locks", Severity.INFO, Confidence.LOW, Profile.STRICT),
        ("jwt-unverified", Severity.ERROR, Confidence.LOW, Profile.STRICT),
        ("jwt-unverified", Severity.ERROR, Confidence.MEDIUM, Profile.QUIET),
        ("shell-true", Severity.WARNING, Confidence.HIGH, Profile.QUIET),
        ("shell-true", Severity.WARNING, Confidence.MEDIUM, Profile.STANDARD),
        ("print-call", Severity.WARNING, Confidence.HIGH, Profile.STANDARD),
        ("test-sleep", Severity.INFO, Confidence.HIGH, Profile.STANDARD),
    ],
)
def test_the_first_principle_that_holds_gives_the_least_profile(
    kind: str, severity: Severity, confidence: Confidence, least: Profile
) -> None:
    assert principle_of(_finding(kind, severity, confidence)).least is least


def test_every_kind_that_a_principle_names_is_one_of_a_rule() -> None:
    kinds = {rule.kind for rule in all_rules()} | {rule.kind for rule in CODES.values()}
    assert kinds >= STYLE | SURE
    assert STYLE.isdisjoint(SURE)


def test_all_annotations_and_old_typing_are_style_and_nothing_that_runs_otherwise() -> None:
    style = {code for code, rule in CODES.items() if rule.kind in STYLE}
    assert {code for code in CODES if code.startswith(("ANN", "UP0"))} | {"RUF013"} <= style
    assert {code for code in style if not code.startswith(("ANN", "UP0"))} <= {"RUF013", "PGH003", "G004"}
    assert {CODES[code].severity for code in style} == {Severity.INFO}


@pytest.mark.parametrize(
    ("profile", "found", "note"),
    [
        (
            Profile.QUIET,
            ["ASYNC251"],
            "2 findings of style, 1 finding that may be meant left out by profile quiet; --profile strict shows them",
        ),
        (
            Profile.STANDARD,
            ["ASYNC251", "T201"],
            "2 findings of style left out by profile standard; --profile strict shows them",
        ),
        (Profile.STRICT, ["ANN001", "ANN201", "ASYNC251", "T201"], None),
    ],
)
def test_a_profile_reports_its_own_and_counts_the_rest(profile: Profile, found: list[str], note: str | None) -> None:
    report = report_of({"app/x.py": TEXT}, options=Options(project_profile=profile))
    assert sorted(code for code, _, _ in places(report)) == found
    assert [said for said in report.notes if "left out" in said] == ([] if note is None else [note])
    assert report.stats.left_out == (0 if note is None else 4 - len(found))


def test_what_shows_the_rest_is_the_least_profile_that_does() -> None:
    report = report_of({"app/x.py": "print(1)\n"}, options=Options(project_profile=Profile.QUIET))
    assert report.notes[-1] == "1 finding that may be meant left out by profile quiet; --profile standard shows them"


def test_the_callers_profile_goes_before_the_projects() -> None:
    options = Options(project_profile=Profile.QUIET, profile=Profile.STRICT)
    assert [code for code, _, line in places(report_of({"app/x.py": TEXT}, options=options)) if line == 6] == ["T201"]
