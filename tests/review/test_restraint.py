"""Floors, path rules and suppressions: the stricter floor holds, the first rule holds, and nothing goes in silence."""

from __future__ import annotations

import pytest

from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.diagnostic import Severity
from backwright.review.engine import review
from backwright.review.options import Options, PathRule, Suppression
from backwright.review.profile import Profile
from tests.review._make import diff_of, places, report_of

TEXT = "import time\n\n\nasync def f(a) -> None:\n    time.sleep(1)\n    print(a)\n"
FILES = {"app/x.py": TEXT, "jobs/y.py": TEXT}


def _codes(options: Options) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"app/x.py": [], "jobs/y.py": []}
    for code, path, _ in places(report_of(FILES, options=options)):
        found[path].append(code)
    return found


ALL = ["ANN001", "ASYNC251", "T201"]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([PathRule(("jobs/**",), "by hand", profile=Profile.QUIET)], ["ASYNC251"]),
        ([PathRule(("jobs/**",), "by hand", min_severity=Severity.WARNING)], ["ASYNC251", "T201"]),
        ([PathRule(("jobs/**",), "by hand", ignore=("T201",))], ["ANN001", "ASYNC251"]),
        (
            [
                PathRule(("jobs/y.py",), "by hand", ignore=("T201",)),
                PathRule(("jobs/**",), "by hand", profile=Profile.QUIET),
            ],
            ["ANN001", "ASYNC251"],
        ),
        ([PathRule(("lib/**",), "by hand", profile=Profile.QUIET)], ALL),
    ],
)
def test_the_first_path_rule_that_matches_a_file_holds_for_it_and_for_no_other(
    rules: list[PathRule], found: list[str]
) -> None:
    assert _codes(Options(path_rules=tuple(rules))) == {"app/x.py": ALL, "jobs/y.py": found}


@pytest.mark.parametrize(
    ("project", "caller", "rule", "found"),
    [
        (Severity.WARNING, Severity.INFO, None, ["ASYNC251", "T201"]),
        (Severity.INFO, Severity.ERROR, None, ["ASYNC251"]),
        (Severity.ERROR, Severity.WARNING, None, ["ASYNC251"]),
        (Severity.ERROR, Severity.INFO, Severity.WARNING, ["ASYNC251", "T201"]),
        (Severity.INFO, Severity.ERROR, Severity.WARNING, ["ASYNC251"]),
    ],
)
def test_the_stricter_floor_of_project_and_caller_holds(
    project: Severity, caller: Severity, rule: Severity | None, found: list[str]
) -> None:
    rules = () if rule is None else (PathRule(("**",), "all", min_severity=rule),)
    options = Options(project_severity=project, min_severity=caller, path_rules=rules)
    assert _codes(options)["app/x.py"] == found


def test_each_reason_to_leave_out_is_a_note_of_its_own_with_its_count() -> None:
    options = Options(
        project_profile=Profile.STANDARD,
        min_severity=Severity.ERROR,
        path_rules=(PathRule(("jobs/**",), "by hand", min_severity=Severity.ERROR),),
    )
    assert list(report_of(FILES, options=options).notes[1:]) == [
        "2 findings below severity error left out, as was asked",
        "2 findings below severity error left out for jobs/** (by hand), as backwright.yaml says",
    ]
    rules = (PathRule(("jobs/**",), "by hand", profile=Profile.QUIET),)
    assert list(report_of(FILES, options=Options(path_rules=rules)).notes[1:]) == [
        (
            "1 finding of style, 1 finding that may be meant left out by profile quiet for jobs/** (by hand); "
            "--profile strict shows them"
        )
    ]


def test_what_a_path_rule_ignores_is_suppressed_with_its_reason() -> None:
    options = Options(
        path_rules=(PathRule(("jobs/**",), "by hand", ignore=("T201",)),),
        suppressions=(Suppression("ASYNC251", "no loop"),),
    )
    report = report_of({"jobs/y.py": TEXT}, options=options)
    assert [(one.code, one.line, one.reason, one.by, one.added) for one in report.suppressed] == [
        ("ASYNC251", 5, "no loop", "project", False),
        ("T201", 6, "by hand", "path rule", False),
    ]
    assert [(one.severity, bool(one.message), len(one.fingerprint)) for one in report.suppressed] == [
        (Severity.ERROR, True, 16),
        (Severity.WARNING, True, 16),
    ]


def test_a_setting_for_a_rule_that_there_is_not_is_told() -> None:
    options = Options(
        path_rules=(PathRule(("jobs/**",), "by hand", ignore=("T201", "T999")),),
        suppressions=(Suppression("BW199", "no"), Suppression("ASYNC251", "no")),
    )
    notes = report_of({"jobs/y.py": TEXT}, options=options).notes
    assert notes[-1] == "backwright.yaml silences BW199, T999, which no rule is called"


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        (Options(project_profile=Profile.STANDARD), "ANN001 app/x.py:4 (below profile standard)"),
        (Options(project_severity=Severity.ERROR), "ANN001 app/x.py:4 (below severity error)"),
        (Options(), "ANN001 app/x.py:4"),
    ],
)
def test_the_checklist_knows_of_what_is_left_out(options: Options, detail: str) -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=("ANN001",))
    (item,) = review(diff_of({"app/x.py": TEXT}), checklist=(entry,), options=options).checklist
    assert (item.status, item.detail) == (Status.VIOLATED, detail)


def test_settings_of_the_change_itself_are_not_honoured_and_those_of_before_are() -> None:
    files = {"app/x.py": TEXT, "backwright.yaml": "review:\n  profile: quiet\n"}
    options = Options(project_profile=Profile.QUIET, path_rules=(PathRule(("app/**",), "no", ignore=("ASYNC251",)),))
    refused = review(diff_of(files), options=options)
    assert [code for code, _, _ in places(refused)] == ALL
    assert any("were not honoured" in note for note in refused.notes)
    agreed = Options(project_profile=Profile.QUIET, agreed=True)
    assert [code for code, _, _ in places(review(diff_of(files), options=agreed))] == ["ASYNC251"]
