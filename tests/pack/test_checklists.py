from __future__ import annotations

from collections import Counter

import pytest

from backwright.catalog.skill import ChecklistItem
from backwright.review.engine import all_rules
from backwright.review.evidence import EVIDENCE
from backwright.review.ruff_codes import CODES
from tests.pack._app import CATALOG
from tests.pack._pages import NAMES

ITEMS: dict[str, ChecklistItem] = {f"{name}/{item.id}": item for name in NAMES for item in CATALOG.get(name).checklist}
NAMED = Counter(code for item in ITEMS.values() for code in item.rules)


def test_every_rule_of_the_review_enforces_a_sentence() -> None:
    known = {rule.code for rule in all_rules()} | set(CODES)
    assert known - set(NAMED) == set()


def test_no_sentence_names_a_rule_that_is_not_there() -> None:
    known = {rule.code for rule in all_rules()} | set(CODES)
    assert set(NAMED) - known == set()


def test_every_fact_that_a_sentence_names_is_one_of_the_review() -> None:
    named = {item.evidence for item in ITEMS.values() if item.evidence is not None}
    assert named == set(EVIDENCE)


def test_a_finding_has_one_sentence_to_quote() -> None:
    assert [code for code, times in NAMED.items() if times > 1] == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_a_sentence_is_one_short_imperative(item: ChecklistItem) -> None:
    assert item.text.endswith(".")
    assert len(item.text) <= 120
    assert not item.text.lower().startswith(("the ", "a ", "all ", "you ", "there "))


@pytest.mark.parametrize("item", [item for item in ITEMS.values() if item.question], ids=lambda item: item.id)
def test_a_question_can_be_answered_both_ways(item: ChecklistItem) -> None:
    assert item.question is not None
    assert item.question.ask.endswith("?")
    assert item.question.success != item.question.failure
    assert all(text.endswith(".") for text in (item.question.evidence, item.question.success, item.question.failure))
