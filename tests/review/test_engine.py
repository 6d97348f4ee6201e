"""The review as a whole: anchors, channels, what is not checked, and what hostile input cannot do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backwright.errors import BackwrightError
from backwright.review.checklist import ChecklistEntry, JudgementQuestion, Status
from backwright.review.diagnostic import Severity
from backwright.review.diff import parse_diff
from backwright.review.engine import Options, Suppression, review
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source
from tests.review._make import diff_of, places, report_of

BAD = "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"
CLEAN = "import time\n\n\nasync def f() -> None:\n    pass\n"


def _rule(code: str = "BW999", **how: object) -> Rule:
    def check(source: Source, facts: object) -> list[Finding]:
        if not any("sleep" in text for text in source.lines.values()):
            return []
        if how.get("fails"):
            raise KeyError("deep")
        lines = how.get("lines", (5,))
        assert isinstance(lines, tuple)
        return [Finding(lines=lines, message=str(how.get("message", "found")), replacement=how.get("replacement"))]  # type: ignore[arg-type]  # a test's own value

    return Rule(code=code, name="made-up", severity=Severity.WARNING, summary="Made up.", check_source=check)


def _entry(**what: object) -> ChecklistEntry:
    return ChecklistEntry.model_validate({"skill": "s", "version": "1.0.0", "id": "i", "text": "Do it.", **what})


def test_finding_stands_on_the_added_line_only() -> None:
    assert places(report_of({"app/x.py": BAD}, {"app/x.py": CLEAN})) == [("ASYNC251", "app/x.py", 5)]
    longer = BAD + "\n\nx = 1\n"
    assert places(report_of({"app/x.py": longer}, {"app/x.py": BAD})) == []


@pytest.mark.parametrize(("lines", "line"), [((4, 5), 5), ((5, 4), 5), ((1, 2), None), ((), None), ((0, 99), None)])
def test_claim_is_anchored_at_its_first_added_line_or_dropped(lines: tuple[int, ...], line: int | None) -> None:
    options = Options(rules=(_rule(lines=lines),), ruff=False)
    found = report_of({"x.py": BAD}, {"x.py": CLEAN}, options).findings
    assert [finding.location.line for finding in found] == ([] if line is None else [line])


def test_file_at_hand_that_is_another_one_is_not_used() -> None:
    diff = diff_of({"app/x.py": BAD}, {"app/x.py": CLEAN})
    report = review(diff, read_new={"app/x.py": b"x = 1\n" * 9}.get)
    assert report.basis == "fragment"
    assert [entry.reason for entry in report.unchecked] == [
        "the file at hand is not the one of the diff; read hunk by hunk"
    ]
    assert places(report) == [("ASYNC251", "app/x.py", 5)]


def test_hunk_that_is_no_python_is_named_and_not_passed() -> None:
    entry = _entry(rules=("E722",))
    text = "--- a/x.py\n+++ b/x.py\n@@ -1,1 +1,2 @@\n a\n+\0\n"
    report = review(parse_diff(text.encode()), checklist=(entry,))
    assert [(part.path, part.lines) for part in report.unchecked] == [("x.py", (2,))]
    assert (report.checklist[0].status, report.stats.reviewed) == (Status.NOT_EVALUATED, 0)


def test_rule_that_fails_is_named_and_the_others_answer() -> None:
    options = Options(rules=(_rule("BW998", fails=True), _rule("BW999")), ruff=False)
    report = report_of({"x.py": BAD}, {"x.py": CLEAN}, options)
    assert [part.reason for part in report.unchecked] == ["BW998 failed on this change (KeyError); please report it"]
    assert [finding.code for finding in report.findings] == ["BW999"]


def test_suppressed_finding_is_counted_and_named() -> None:
    options = Options(suppressions=(Suppression("ASYNC251", "a script", ("app/**",)),))
    report = report_of({"app/x.py": BAD}, {"app/x.py": CLEAN}, options)
    assert (places(report), [(s.code, s.line, s.reason) for s in report.suppressed]) == (
        [],
        [("ASYNC251", 5, "a script")],
    )
    assert places(report_of({"lib/x.py": BAD}, {"lib/x.py": CLEAN}, options)) == [("ASYNC251", "lib/x.py", 5)]


def test_change_of_the_project_file_cannot_silence_its_own_review() -> None:
    options = Options(suppressions=(Suppression("ASYNC251", "quiet"),), exclude=("app/**",))
    report = report_of({"app/x.py": BAD, "backwright.yaml": "exclude: [app/**]\n"}, {"app/x.py": CLEAN}, options)
    assert places(report) == [("ASYNC251", "app/x.py", 5)]
    assert any("were not honoured" in note for note in report.notes)


def test_noqa_of_the_change_itself_silences_nothing() -> None:
    noqa = BAD.replace("sleep(1)", "sleep(1)  # noqa: ASYNC251")
    assert places(report_of({"app/x.py": f"# ruff: noqa\n{noqa}"})) == [("ASYNC251", "app/x.py", 6)]


def test_excluded_file_is_named_as_not_checked() -> None:
    report = report_of({"gen/x.py": BAD}, {"gen/x.py": CLEAN}, Options(exclude=("gen",)))
    assert [(part.path, part.lines, part.reason) for part in report.unchecked] == [
        ("gen/x.py", (5,), "excluded by backwright.yaml")
    ]


def test_asked_paths_limit_findings_and_facts_still_see_the_whole_change() -> None:
    entry = _entry(evidence="tests_changed")
    new = {"app/x.py": BAD, "tests/test_x.py": "def test_x() -> None:\n    assert True\n"}
    report = review(diff_of(new), checklist=(entry,), options=Options(paths=("app/**",)))
    assert (report.stats.files, report.checklist[0].status) == (1, Status.EVIDENCED)


def test_floor_of_severity_hides_findings_and_not_what_they_violate() -> None:
    entry = _entry(rules=("T201",))
    diff = diff_of({"app/x.py": "print(1)\n"})
    report = review(diff, checklist=(entry,), options=Options(min_severity=Severity.ERROR))
    assert (places(report), report.checklist[0].status) == ([], Status.VIOLATED)


def test_finding_names_the_sentence_that_it_enforces() -> None:
    report = review(diff_of({"app/x.py": BAD}), checklist=(_entry(rules=("ASYNC251",)),))
    (finding,) = report.findings
    assert finding.enforces is not None
    assert (finding.enforces.skill, finding.enforces.item, finding.enforces.text) == ("s", "i", "Do it.")


def test_our_rule_wins_over_ruff_on_the_same_line() -> None:
    text = "import requests\n\n\nasync def f() -> None:\n    requests.get('https://x.example', timeout=3)\n"
    assert places(report_of({"app/x.py": text})) == [("BW101", "app/x.py", 5)]


def test_style_is_one_finding_a_file_and_code() -> None:
    report = report_of({"app/x.py": "def f(a) -> None:\n    pass\n\n\ndef g(b) -> None:\n    pass\n"})
    assert [(finding.code, finding.location.line, finding.others) for finding in report.findings] == [
        ("ANN001", 1, (5,))
    ]


def test_questions_over_the_limit_stay_not_evaluated() -> None:
    question = JudgementQuestion(ask="a?", evidence="all", success="yes", failure="no")
    entries = tuple(_entry(id=f"q{number}", question=question) for number in range(4))
    report = review(diff_of({"x.py": "a = 1\n"}), checklist=entries, options=Options(max_questions=3))
    assert [question.item for question in report.questions] == ["q0", "q1", "q2"]
    assert [(item.item, item.status) for item in report.checklist] == [("q3", Status.NOT_EVALUATED)]


def test_secret_is_masked_in_messages_and_no_replacement_carries_one() -> None:
    secret = "ghp_" + "a1B2" * 9
    rule = _rule(message=f"saw {secret}", replacement=f"token = '{secret}'")
    report = report_of({"x.py": BAD}, {"x.py": CLEAN}, Options(rules=(rule,), ruff=False))
    assert secret not in report.model_dump_json()
    assert report.findings[0].suggestion is None


def test_fingerprint_survives_moved_lines_and_tells_equal_lines_apart() -> None:
    twice = CLEAN.replace("pass", "time.sleep(1)\n    time.sleep(1)")
    moved = report_of({"x.py": f"import os\n\n{twice}"}, {"x.py": CLEAN})
    first, second = report_of({"x.py": twice}, {"x.py": CLEAN}).findings
    assert first.fingerprint != second.fingerprint
    assert [finding.fingerprint for finding in moved.findings] == [first.fingerprint, second.fingerprint]


def test_column_is_where_the_code_of_the_line_starts() -> None:
    (finding,) = report_of({"x.py": BAD}, {"x.py": CLEAN}, Options(rules=(_rule(),), ruff=False)).findings
    assert (finding.location.line, finding.location.column) == (5, 5)


def test_same_change_gives_the_same_bytes() -> None:
    one, other = (report_of({"app/x.py": BAD, "app/y.py": BAD}).model_dump_json() for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    "text", ["(" * 3000, "-" * 30_000 + "1", "f(" * 90 + ")" * 90, "x = '\\d'", "a\rb", "\u202e = 1"]
)
def test_hostile_code_leaves_a_report(text: str) -> None:
    report = review(diff_of({"app/x.py": f"import time\n{text}\n"}))
    assert report.stats.added_python == report.stats.reviewed + sum(
        len(part.lines) for part in report.unchecked if part.path == "app/x.py" and not part.of_diff
    )


@pytest.mark.parametrize("path", ["../../etc/x.py", "/etc/x.py", "a\\b.py", "C:x.py", "x\n.py", "-rf.py"])
def test_hostile_path_is_reviewed_from_the_diff_alone(path: str, tmp_path: object) -> None:
    quoted = path.replace("\\", "\\\\").replace("\n", "\\n")
    body = "".join(f"+{line}\n" for line in BAD.splitlines())
    report = review(parse_diff(f'--- /dev/null\n+++ "b/{quoted}"\n@@ -0,0 +1,5 @@\n{body}'.encode()))
    assert [finding.location.path for finding in report.findings] == [path]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.sampled_from(["x.py", "app/tests/x.py", "pyproject.toml"]))
def test_any_bytes_as_a_file_give_a_report(data: bytes, path: str) -> None:
    lines = data.split(b"\n")
    text = b"".join(b"+" + line + b"\n" for line in lines)
    head = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n".encode()
    try:
        report = review(parse_diff(head + text), options=Options(ruff=False))
    except BackwrightError:
        return
    assert report.stats.reviewed <= report.stats.added_python


def test_finding_names_its_kind_whatever_found_it() -> None:
    text = "import requests\n\n\nasync def f() -> None:\n    requests.get('https://x.example')\n    print(1)\n"
    assert [(finding.code, finding.kind) for finding in report_of({"app/x.py": text}).findings] == [
        ("BW101", "async-blocking-http"),
        ("BW601", "no-timeout"),
        ("T201", "print-call"),
    ]


def test_rule_whose_findings_repeat_is_one_entry_a_file() -> None:
    text = "import os\n\na = os.getenv('A')\nb = os.getenv('B')\n"
    report = report_of({"app/x.py": text, "app/y.py": text})
    assert [(found.code, found.location.path, found.location.line, found.others) for found in report.findings] == [
        ("BW803", "app/x.py", 3, (4,)),
        ("BW803", "app/y.py", 3, (4,)),
    ]


def test_finding_on_a_call_of_several_lines_stands_on_the_line_that_is_added() -> None:
    old = "import hashlib\n\nmark = function(\n    data\n)\nlast = 1\n"
    new = "import hashlib\n\nmark = function(\n    hashlib.md5(\n        data\n    )\n)\nlast = 1\n"
    assert places(report_of({"app/x.py": new}, {"app/x.py": old})) == [("S324", "app/x.py", 4)]
    old = "import pickle\n\nmark = pickle.load(\n    data\n)\n"
    new = "import pickle\n\nmark = pickle.load(\n    data,\n    fix_imports=False\n)\n"
    assert places(report_of({"app/x.py": new}, {"app/x.py": old})) == []


def test_handler_whose_body_becomes_empty_is_found_on_the_body() -> None:
    old = "def f() -> None:\n    try:\n        g()\n    except Exception:\n        raise\n"
    new = old.replace("raise", "pass")
    assert places(report_of({"app/x.py": new}, {"app/x.py": old})) == [("S110", "app/x.py", 5)]
