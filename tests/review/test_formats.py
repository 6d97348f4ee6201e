"""Every format against its stored rendering of one report, and against what a diff may hide in it."""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files

import pytest

from backwright.cli.commands.review import FORMATS
from backwright.review.diff import Diff
from backwright.review.engine import all_rules
from backwright.review.format import Format, formats
from backwright.review.formats import markdown
from backwright.review.report import Report
from tests.review._reference import REFERENCE, REFERENCE_DIFF

EACH = pytest.mark.parametrize("form", formats(), ids=lambda form: form.name)


def _format(name: str) -> Format:
    return next(form for form in formats() if form.name == name)


@EACH
def test_reference_report_is_rendered_byte_for_byte_as_stored(form: Format) -> None:
    golden = files("backwright.review.formats").joinpath(f"{form.name}.golden")
    assert form.render(REFERENCE, REFERENCE_DIFF) == golden.read_text(encoding="utf-8")


@EACH
def test_no_control_or_direction_character_reaches_the_reader(form: Format) -> None:
    text = form.render(REFERENCE, REFERENCE_DIFF).replace("\n", "")
    assert [character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}] == []


# One format is commands to a build log, and nothing else; what it may say has tests of its own.
@pytest.mark.parametrize("form", [form for form in formats() if form.name != "github"], ids=lambda form: form.name)
def test_no_line_is_a_command_to_a_build_log(form: Format) -> None:
    lines = form.render(REFERENCE, REFERENCE_DIFF).split("\n")
    assert [line for line in lines if line.lstrip().startswith("::") or "##[" in line] == []


@EACH
def test_an_empty_report_renders(form: Format) -> None:
    assert form.render(Report(basis="none"), Diff(())).endswith("\n")


def test_json_gives_the_report_back() -> None:
    assert Report.model_validate_json(_format("json").render(REFERENCE, REFERENCE_DIFF)) == REFERENCE


def test_markdown_leaves_no_html_mention_or_link_of_the_diff_alive() -> None:
    text = _format("markdown").render(REFERENCE, REFERENCE_DIFF)
    outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "<img" not in outside_code
    assert "@octocat" not in text
    assert "](https:" not in outside_code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, and more.", "plain words, and more."),
        ("a <b> & c", "a &lt;b&gt; &amp; c".replace(">", "\\>")),
        ("see @team and #12", "see &#64;team and &#35;12"),
        ("[a](b)", "\\[a\\]\\(b\\)"),
        ("http://e.example", "http&#58;//e.example"),
    ],
)
def test_markdown_escapes_what_it_would_obey(text: str, shown: str) -> None:
    assert markdown.escaped(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("", "`  `")])
def test_markdown_fences_code_that_holds_backticks(text: str, shown: str) -> None:
    assert markdown.code(text) == shown


def test_sarif_names_every_result_by_a_rule_of_its_list() -> None:
    run = json.loads(_format("sarif").render(REFERENCE, REFERENCE_DIFF))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(result["ruleId"], rules[result["ruleIndex"]]) for result in run["results"]] == [
        ("BW991", "BW991"),
        ("ANN001", "ANN001"),
        ("BW992", "BW992"),
        ("BW993", "BW993"),
        ("BW994", "BW994"),
    ]


def test_sarif_carries_fingerprints_suppressions_and_what_was_not_checked() -> None:
    run = json.loads(_format("sarif").render(REFERENCE, REFERENCE_DIFF))["runs"][0]
    assert run["results"][0]["partialFingerprints"] == {"backwright/v1": "0123456789abcdef"}
    assert run["results"][3]["suppressions"][0]["kind"] == "external"
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[0] == "Not checked: app/new.py, lines 4-6, 9: not readable as Python without its file"


def test_sarif_names_who_silenced_what_and_what_is_new_to_the_baseline() -> None:
    results = json.loads(_format("sarif").render(REFERENCE, REFERENCE_DIFF))["runs"][0]["results"]
    assert [result["suppressions"][0]["kind"] for result in results if "suppressions" in result] == [
        "external",
        "inSource",
    ]
    assert {result["baselineState"] for result in results} == {"new"}
    plain = REFERENCE.model_copy(update={"stats": REFERENCE.stats.model_copy(update={"known": None})})
    results = json.loads(_format("sarif").render(plain, REFERENCE_DIFF))["runs"][0]["results"]
    assert [result for result in results if "baselineState" in result] == []


def test_sarif_fix_replaces_exactly_the_line() -> None:
    run = json.loads(_format("sarif").render(REFERENCE, REFERENCE_DIFF))["runs"][0]
    (replacement,) = run["results"][2]["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 3, "startColumn": 1, "endLine": 4, "endColumn": 1}
    assert replacement["insertedContent"]["text"].endswith("`x`\n")


def test_sarif_describes_a_rule_of_ours_by_its_own_summary() -> None:
    rule = all_rules()[0]
    finding = REFERENCE.findings[0].model_copy(update={"code": rule.code})
    run = json.loads(_format("sarif").render(REFERENCE.model_copy(update={"findings": (finding,)}), REFERENCE_DIFF))[
        "runs"
    ][0]
    described = next(entry for entry in run["tool"]["driver"]["rules"] if entry["id"] == rule.code)
    assert (described["name"], described["shortDescription"]["text"]) == (rule.name, rule.summary)


def test_format_option_of_the_command_offers_every_format() -> None:
    assert tuple(form.name for form in formats()) == FORMATS
