"""Clauses and tests hold each other, both ways."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.conformance.requirements import REQUIREMENTS

KNOWN = {requirement.id for requirement in REQUIREMENTS}
GAPS = {requirement.id for requirement in REQUIREMENTS if requirement.gap is not None}


def _bound() -> Counter[str]:
    """The ids that the tests of this folder name, read from their source so that nothing depends on what has run."""
    found: Counter[str] = Counter()
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "requirement":
                        found.update(str(ast.literal_eval(argument)) for argument in decorator.args)
    return found


def test_each_clause_has_a_test_or_a_gap_with_its_reason() -> None:
    assert sorted(KNOWN - GAPS - set(_bound())) == []


def test_no_test_names_a_clause_that_is_not_there() -> None:
    assert sorted(set(_bound()) - KNOWN) == []


def test_no_gap_is_left_open_once_a_test_proves_it() -> None:
    assert sorted(GAPS & set(_bound())) == []


def test_each_clause_has_an_id_of_its_own_and_says_where_it_comes_from() -> None:
    assert len(KNOWN) == len(REQUIREMENTS)
    assert all(requirement.source and requirement.sentence.endswith(".") for requirement in REQUIREMENTS)
    assert all(requirement.gap for requirement in REQUIREMENTS if requirement.gap is not None)
