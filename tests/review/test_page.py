"""Pages by code."""

from __future__ import annotations

import pytest

from backwright.errors import RuleNotFoundError
from backwright.review.engine import all_rules
from backwright.review.page import rule_page


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_of_ours_has_its_page_under_code_and_name(rule: object) -> None:
    code, name = getattr(rule, "code", ""), getattr(rule, "name", "")
    assert rule_page(code).startswith(f"# {code} {name}\n")
    assert rule_page(name) == rule_page(f" {code.lower()} ") == rule_page(code)


def test_code_of_ruff_is_explained_by_ruff() -> None:
    assert "(B008)" in rule_page("b008").partition("\n")[0]


@pytest.mark.parametrize(
    "code", ["BW000", "BW1", "", "XYZ123", "--help", "B008; ls", "../BW101", "B" * 9000, "\x1b[31m"]
)
def test_unknown_code_is_refused_with_the_nearest(code: str) -> None:
    with pytest.raises(RuleNotFoundError) as caught:
        rule_page(code)
    assert caught.value.hint.startswith("the nearest are ")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 120


def test_hint_names_a_rule_whose_name_is_near() -> None:
    rule = all_rules()[0]
    with pytest.raises(RuleNotFoundError) as caught:
        rule_page(rule.name + "x")
    assert rule.code in caught.value.hint
