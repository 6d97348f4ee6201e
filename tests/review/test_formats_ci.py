"""The formats that other programs read: held against what those programs accept, with hostile text in every field."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import (  # type: ignore[import-untyped]  # jsonschema ships no types
    Draft4Validator,
    Draft202012Validator,
)

from backwright.review.diagnostic import Diagnostic, Location, Suggestion
from backwright.review.diff import Diff
from backwright.review.format import formats
from backwright.review.formats import github, github_review
from backwright.review.formats.json import report_schema
from backwright.review.report import Report, Unchecked
from tests.review._make import diff_of
from tests.review._reference import FINDINGS, REFERENCE, REFERENCE_DIFF

SARIF_SCHEMA: Final = "0f58372b548f60c84d20fca77687435e71b3b3a3"
"""What git calls sarif-2.1/schema/sarif-schema-2.1.0.json of github.com/oasis-tcs/sarif-spec."""
_COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<message>[^\r\n]*)")

ANY = st.text(max_size=40)
PATHS = st.text(min_size=1, max_size=30)


def _render(name: str, report: Report = REFERENCE, diff: Diff = REFERENCE_DIFF) -> str:
    return next(form for form in formats() if form.name == name).render(report, diff)


def _hostile(path: str, text: str) -> Report:
    """A report of one finding whose every free field is the given text."""
    finding = FINDINGS[0].model_copy(update={"message": text, "location": Location(path=path, line=1)})
    return Report(basis="full", findings=(finding,), unchecked=(Unchecked(path=path, reason=text),), notes=(text,))


def _unescaped(text: str) -> str:
    """What the runner of a workflow makes of an escaped value."""
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


# --- github: workflow annotations


@given(PATHS, ANY)
def test_whatever_a_finding_says_there_is_one_annotation_for_it_and_one_summary(path: str, text: str) -> None:
    lines = _render("github", _hostile(path, text)).removesuffix("\n").split("\n")
    commands = [_COMMAND.fullmatch(line) for line in lines]
    assert [found["name"] for found in commands if found is not None] == ["error", "notice"]
    assert commands[0] is not None
    properties = dict(part.split("=", 1) for part in commands[0]["properties"].split(","))
    assert list(properties) == ["file", "line", "col", "title"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("100%", "100%25"), ("a:b", "a%3Ab"), ("a,b", "a%2Cb"), ("%0A", "%250A"), ("plain.py", "plain.py")],
)
def test_property_of_an_annotation_is_escaped_and_read_back(text: str, escaped: str) -> None:
    assert github.attribute(text) == escaped
    assert _unescaped(escaped) == text


def test_message_of_an_annotation_keeps_colons_and_commas() -> None:
    assert github.data("50%: a, b") == "50%25: a, b"


def test_worst_annotations_come_first_and_the_last_line_says_what_was_not_checked() -> None:
    lines = _render("github").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::notice"]
    assert lines[-1].endswith("3 parts not checked.")


# --- github-review: the body of a call


def _review(report: Report, diff: Diff) -> tuple[str, list[dict[str, object]]]:
    answer = json.loads(_render("github-review", report, diff))
    assert answer["event"] == "COMMENT"
    return answer["body"], answer["comments"]


def _finding(line: int, **changes: object) -> Diagnostic:
    given = {"location": Location(path="a.py", line=line), "enforces": None, **changes}
    return FINDINGS[0].model_copy(update=given)


DIFF = diff_of({"a.py": "".join(f"line{n}\n" for n in range(1, 9))}, {"a.py": "line1\nline2\nline3\nline8\n"})


def test_comment_stands_on_its_line_of_the_new_side() -> None:
    _, (comment,) = _review(Report(basis="full", findings=(_finding(5),)), DIFF)
    assert {key: comment[key] for key in comment if key != "body"} == {"path": "a.py", "line": 5, "side": "RIGHT"}


def test_comment_on_several_lines_starts_at_the_first_and_stands_at_the_last() -> None:
    finding = _finding(5, location=Location(path="a.py", line=5, end_line=7))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert (comment["start_line"], comment["start_side"], comment["line"]) == (5, "RIGHT", 7)


def test_finding_that_the_diff_has_no_place_for_is_told_in_the_text() -> None:
    body, comments = _review(Report(basis="full", findings=(_finding(99),)), DIFF)
    assert comments == []
    assert "`a.py:99` error BW991" in body


def test_range_that_leaves_its_hunk_becomes_a_comment_on_its_first_line() -> None:
    finding = _finding(5, location=Location(path="a.py", line=5, end_line=99))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert comment["line"] == 5
    assert "start_line" not in comment


def test_suggestion_is_a_block_on_exactly_the_lines_that_it_replaces() -> None:
    finding = _finding(4, suggestion=Suggestion(line=4, end_line=5, replacement="\tone\n\n    two"))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert "\n```suggestion\n\tone\n\n    two\n```\n" in str(comment["body"])
    assert (comment["start_line"], comment["line"]) == (4, 5)


@pytest.mark.parametrize("replacement", ["a\x1b[31m", "a\u202eb", "a\rb"])
def test_suggestion_with_what_cannot_be_seen_is_not_offered(replacement: str) -> None:
    finding = _finding(4, suggestion=Suggestion(line=4, end_line=4, replacement=replacement))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert "suggestion" not in str(comment["body"])


@pytest.mark.parametrize("line", [3, 8])
def test_suggestion_for_a_line_that_the_diff_does_not_add_is_not_offered(line: int) -> None:
    finding = _finding(line, suggestion=Suggestion(line=line, end_line=line, replacement="x"))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert "suggestion" not in str(comment["body"])


def test_fence_of_a_suggestion_is_longer_than_any_in_it() -> None:
    finding = _finding(4, suggestion=Suggestion(line=4, end_line=4, replacement="````"))
    _, (comment,) = _review(Report(basis="full", findings=(finding,)), DIFF)
    assert "`````suggestion\n````\n`````" in str(comment["body"])


@given(PATHS, ANY)
def test_nobody_is_mentioned_and_no_html_lives_in_a_review(path: str, text: str) -> None:
    body, _ = _review(_hostile(path, f"{text} @octocat <img src=x>"), Diff(()))
    outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", body)
    assert "<img" not in outside_code
    assert "@octocat" not in outside_code


def test_review_says_how_many_findings_have_no_comment() -> None:
    findings = tuple(_finding(5, fingerprint=f"{n:016x}") for n in range(github_review.MAX_COMMENTS + 1))
    body, comments = _review(Report(basis="full", findings=findings), DIFF)
    assert len(comments) == github_review.MAX_COMMENTS
    assert body.count("`a.py:5` error BW991") == 1


def test_text_of_a_review_stays_under_the_limit_and_says_so() -> None:
    report = REFERENCE.model_copy(update={"notes": ("word " * 20_000,)})
    body, _ = _review(report, REFERENCE_DIFF)
    assert len(body) < 65_536
    assert body.endswith("(The rest is left out: a review's text has a limit.)")


# --- gitlab, rdjson


def test_gitlab_has_what_its_schema_requires_and_fingerprints_that_differ() -> None:
    issues = json.loads(_render("gitlab"))
    assert [issue["fingerprint"] for issue in issues] == [finding.fingerprint for finding in FINDINGS]
    assert [issue["severity"] for issue in issues] == ["critical", "info", "major"]
    assert issues[0]["location"] == {"path": "app/orders.py", "lines": {"begin": 14}}
    assert json.loads(_render("gitlab", Report(basis="none"))) == []


def test_rdjson_counts_columns_in_bytes() -> None:
    finding = _finding(1, location=Location(path="a.py", line=1, column=8))
    answer = json.loads(
        _render("rdjson", Report(basis="full", findings=(finding,)), diff_of({"a.py": '"\u5317\u4eac"; call()\n'}))
    )
    assert answer["diagnostics"][0]["location"]["range"] == {"start": {"line": 1, "column": 12}}


def test_rdjson_suggestion_replaces_whole_lines() -> None:
    (suggestion,) = json.loads(_render("rdjson"))["diagnostics"][2]["suggestions"]
    assert suggestion == {
        "range": {"start": {"line": 3}, "end": {"line": 3}},
        "text": "    decode(token, key, algorithms=['HS256'])  # | `x`",
    }


def test_rdjson_names_the_worst_severity_where_there_is_one() -> None:
    assert json.loads(_render("rdjson"))["severity"] == "ERROR"
    assert "severity" not in json.loads(_render("rdjson", Report(basis="none")))


# --- junit


def _cases(report: Report) -> Iterator[tuple[str, str]]:
    suites = ET.fromstring(_render("junit", report))  # noqa: S314  our own output
    for case in suites.iter("testcase"):
        yield case.attrib["classname"], next((child.tag for child in case), "passed")


@given(PATHS, ANY)
def test_junit_is_xml_with_one_failure_and_one_skip_whatever_they_say(path: str, text: str) -> None:
    assert [outcome for _, outcome in _cases(_hostile(path, text))] == ["failure", "skipped"]


def test_junit_of_a_clean_review_is_one_passed_case() -> None:
    assert list(_cases(Report(basis="full"))) == [("backwright", "passed")]


# --- the schemas


def test_json_report_is_what_the_published_schema_says() -> None:
    schema = json.loads(report_schema())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(json.loads(_render("json")))) == []
    assert [error.validator for error in validator.iter_errors({"basis": "sideways"})] == ["enum"]


def test_json_schema_describes_every_field_of_a_report() -> None:
    assert set(json.loads(report_schema())["properties"]) == set(Report.model_fields)


def test_sarif_is_what_the_official_schema_says() -> None:
    """The schema is OASIS's and is not copied here: give its path in BACKWRIGHT_SARIF_SCHEMA."""
    path = os.environ.get("BACKWRIGHT_SARIF_SCHEMA")
    if path is None:
        pytest.skip("BACKWRIGHT_SARIF_SCHEMA does not name the file sarif-schema-2.1.0.json of oasis-tcs/sarif-spec")
    data = Path(path).read_bytes()
    assert hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == SARIF_SCHEMA
    schema = json.loads(data)
    validator = Draft4Validator(schema) if "draft-04" in schema["$schema"] else Draft202012Validator(schema)
    for report in (REFERENCE, Report(basis="none"), _hostile("a b\n%.py", "\x00\u202e")):
        assert [error.message for error in validator.iter_errors(json.loads(_render("sarif", report)))] == []


def test_sarif_has_what_the_specification_requires_of_each_part() -> None:
    log = json.loads(_render("sarif"))
    assert (log["version"], list(log)) == ("2.1.0", ["$schema", "version", "runs"])
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            region = location["physicalLocation"]["region"]
            assert region["startLine"] >= 1
            assert region.get("startColumn", 1) >= 1
            assert re.fullmatch(r"[A-Za-z0-9/._~%-]+", location["physicalLocation"]["artifactLocation"]["uri"])
    assert all(note["level"] in {"note", "warning"} for note in run["invocations"][0]["toolExecutionNotifications"])


def test_sarif_carries_the_page_of_a_rule_of_ours() -> None:
    finding = FINDINGS[0].model_copy(update={"code": "BW101"})
    run = json.loads(_render("sarif", Report(basis="full", findings=(finding,))))["runs"][0]
    (rule,) = run["tool"]["driver"]["rules"]
    assert "# BW101 " in rule["help"]["markdown"]
    assert "`backwright explain BW101`" in rule["help"]["text"]
