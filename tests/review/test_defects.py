"""Defects put into clean code are found, near misses beside them are not, however either is written."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from backwright.review import ruff
from backwright.review.engine import Options, all_rules, nothing, review
from tests.review._defects import FOLDER, Case, cases, expected, lines_found, reviewed, unmarked
from tests.review._make import diff_of
from tests.review._rewritings import REWRITINGS

MIN_HOST = 50
MIN_DEFECTS, MIN_NEAR = 2, 2
# These read no Python module, a package's, or several files at once; their pages and tests make what they need.
ELSEWHERE = frozenset({"BW108", "BW405", "BW506", "BW705", "BW804", "BW805"})


def _modes() -> list[object]:
    return [
        pytest.param(case, full, id=f"{case.id}-{'full' if full else 'fragment'}")
        for case in cases()
        for full in (True, False)
        if full or "fragment" not in case.unlike
    ]


def _defects(*, without: str = "") -> list[object]:
    wanted = (case for case in cases() if case.is_defect and without not in case.unlike)
    return [pytest.param(case, id=case.id) for case in wanted]


def _sides(case: Case) -> tuple[str, str]:
    return case.module(), unmarked(case.module(is_new=False))


@pytest.mark.parametrize(("case", "full"), _modes())
def test_the_marked_lines_are_found_and_no_others(case: Case, full: bool) -> None:  # noqa: FBT001  a parameter of the case
    new, old = _sides(case)
    report = reviewed(case, unmarked(new), old, full=full)
    assert (lines_found(report), report.unchecked) == (expected(new), ())


@pytest.mark.parametrize(
    ("case", "how"),
    [
        pytest.param(case, how, id=f"{case.id}-{how}")
        for case in cases()
        for how in REWRITINGS
        if case.is_defect and not case.old and how not in case.unlike
    ],
)
def test_another_way_of_writing_it_is_found_as_well(case: Case, how: str) -> None:
    other = replace(case, code=REWRITINGS[how](case.code))
    new, old = _sides(other)
    assert lines_found(reviewed(other, unmarked(new), old, full=True)) == expected(new)


@pytest.mark.parametrize("case", _defects(without="format"))
def test_another_layout_is_found_in_the_same_statement(case: Case) -> None:
    other = replace(case, code=_formatted()[case.id])
    new, old = _sides(other)
    found = set(lines_found(reviewed(other, unmarked(new), old, full=True)))
    marked = set(expected(new))
    spans = [span for span in _heads(unmarked(new)) if not marked.isdisjoint(span)]
    assert found
    assert found <= {line for span in spans for line in span}


@pytest.mark.parametrize("case", _defects(without="move"))
def test_the_same_defect_lower_down_is_the_same_finding(case: Case) -> None:
    new, old = _sides(case)
    more = "\n\ndef _unrelated() -> int:\n    return 1\n"
    mark = "\nlogger = " if "\nlogger = " in old else "\n\n\n"
    moved = [text.replace(mark, f"{more}{mark}", 1) for text in (new, old)]
    lower = reviewed(case, unmarked(moved[0]), moved[1], full=True)
    assert lines_found(lower) == expected(moved[0])
    before = reviewed(case, unmarked(new), old, full=True)
    assert [one.fingerprint for one in lower.findings] == [one.fingerprint for one in before.findings]


@pytest.mark.parametrize("case", _defects())
def test_taking_the_defect_out_leaves_nothing(case: Case) -> None:
    new, old = _sides(case)
    if not case.old:
        assert lines_found(reviewed(case, old, unmarked(new), full=True)) == []


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_module_around_is_real_and_clean(file: Path) -> None:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    text = data["host"].replace("#: here\n", "").replace("#: end\n", "")
    assert len(ast.parse(text).body) > 0
    assert len(text.splitlines()) >= MIN_HOST
    content = text.encode()
    report = review(diff_of({data["path"]: text}), read_new=lambda _: content, read_old=nothing, options=Options())
    assert [(one.code, one.location.line, one.message) for one in report.findings] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_defects_and_near_misses(rule: object) -> None:
    own = [case.is_defect for case in cases() if case.rule is rule]
    if getattr(rule, "code", "") not in ELSEWHERE:
        assert own.count(True) >= MIN_DEFECTS or any(case.old for case in cases() if case.rule is rule)
        assert own.count(False) >= MIN_NEAR


@cache
def _formatted() -> dict[str, str]:
    """Every defect's code with very short lines, by the id of its case; by one run of ruff."""
    import tempfile

    program = ruff.find_ruff()
    assert program is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {case.id: folder / f"c{index}.py" for index, case in enumerate(cases())}
        for case in cases():
            files[case.id].write_text(case.code, encoding="utf-8")
        command = [program, "format", "--isolated", "--no-cache", "--line-length=40", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
        return {id_: file.read_text(encoding="utf-8") for id_, file in files.items()}


def _heads(text: str) -> list[range]:
    """The lines of each simple statement, and those of each other one up to its body."""
    spans: list[range] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            spans.append(range(first, max(end, node.lineno) + 1))
    return spans
