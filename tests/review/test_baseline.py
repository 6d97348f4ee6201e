"""The baseline: what it holds back, what it must not, and what happens to a file that is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import InvalidBaselineError
from backwright.review.baseline import MAX_BYTES, Baseline, baseline_text, parse_baseline
from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.engine import review
from backwright.review.options import Options
from tests.review._make import diff_of, places, report_of

OLD = "import time\n\n\nasync def f(a) -> None:\n    time.sleep(1)\n\n\ndef g(b) -> None:\n    pass\n"


def _baseline(text: str = OLD) -> Baseline:
    report = report_of({"app/x.py": text}, options=Options(apart=True, whole=True))
    return parse_baseline(baseline_text(report.findings).encode(), "b.json")


def test_what_it_holds_is_counted_and_not_reported() -> None:
    report = report_of({"app/x.py": OLD}, options=Options(baseline=_baseline()))
    assert (places(report), report.stats.known) == ([], 3)
    assert report.notes[-1] == "3 findings in the baseline b.json, so not reported"


def test_what_is_new_is_reported_also_where_a_file_has_one_entry_for_all() -> None:
    moved = f"import os\n\nprint(os)  # a line that is new\n{OLD}\n\ndef h(c) -> None:\n    pass\n"
    report = report_of({"app/x.py": moved}, options=Options(baseline=_baseline()))
    assert places(report) == [("T201", "app/x.py", 3), ("ANN001", "app/x.py", 15)]
    assert report.stats.known == 3


def test_a_second_finding_beside_one_that_is_known_is_reported() -> None:
    again = OLD.replace("    time.sleep(1)\n", "    time.sleep(1)\n    a()\n    time.sleep(1)\n")
    report = report_of({"app/x.py": again}, {"app/x.py": OLD}, Options(baseline=_baseline()))
    assert [code for code, _, _ in places(report)] == ["ASYNC251"]


def test_the_checklist_does_not_say_that_nothing_is_violated() -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=("ASYNC251",))
    (item,) = review(diff_of({"app/x.py": OLD}), checklist=(entry,), options=Options(baseline=_baseline())).checklist
    assert (item.status, item.detail) == (Status.NOT_EVALUATED, "in the baseline: ASYNC251 app/x.py:5")


def test_it_is_the_same_file_for_the_same_findings_in_any_order() -> None:
    findings = report_of({"app/x.py": OLD, "app/a.py": OLD}, options=Options(apart=True)).findings
    text = baseline_text(findings)
    assert text == baseline_text(tuple(reversed(findings)))
    assert [entry["path"] for entry in json.loads(text)["findings"]] == ["app/a.py"] * 3 + ["app/x.py"] * 3
    assert parse_baseline(baseline_text(()).encode()).marks == frozenset()


@pytest.mark.parametrize(
    ("data", "said", "line"),
    [
        (b'{\n"backwright": "baseline",\n', "is no JSON: ", 3),
        (b"\xff\xfe\x00", "is no JSON in UTF-8", None),
        (b"[]", "is no baseline of Backwright", None),
        (b'{"runs": []}', "is no baseline of Backwright", None),
        (b'{"backwright": "baseline", "version": 2, "findings": []}', "is of version 2", None),
        (b'{"backwright": "baseline", "version": 1}', "is damaged at findings", None),
        (b'{"backwright": "baseline", "version": 1, "findings": [{"code": "x"}]}', "is damaged at findings.0.", None),
        (b'{"backwright": "baseline", "version": 1, "findings": [], "more": 1}', "is damaged at more", None),
        (b" " * (MAX_BYTES + 1), "is larger than", None),
        (b"[" * 100_000, "is no JSON", None),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(data: bytes, said: str, line: int | None) -> None:
    with pytest.raises(InvalidBaselineError) as refused:
        parse_baseline(data, "b.json")
    assert refused.value.message.startswith("b.json ")
    assert said in refused.value.message
    assert refused.value.hint
    assert refused.value.line == line


@given(st.binary(max_size=200))
def test_any_bytes_are_a_baseline_or_a_named_error(data: bytes) -> None:
    try:
        read = parse_baseline(data)
    except InvalidBaselineError:
        return
    assert isinstance(read, Baseline)
