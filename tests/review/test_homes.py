"""Every kind of defect has a home: what decides it is named, and is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from backwright.review.engine import all_rules
from backwright.review.evidence import EVIDENCE
from backwright.review.ruff_codes import CODES

ROOT = Path(__file__).parents[2]
CANDIDATES = ROOT.parent / "shared" / "reference" / "review-rules.json"
KINDS = (ROOT / "server/backwright/review/kinds.txt").read_text(encoding="utf-8").split()
HOMES: Mapping[str, Mapping[str, str | list[str]]] = yaml.safe_load(
    Path(__file__).with_name("homes.yaml").read_text(encoding="utf-8")
)
# What another rule finds beside its own kind.
BESIDE = {"async-suppress-cancelled": {"BW104"}, "route-returns-orm": {"BW210"}}


def _questions() -> frozenset[str]:
    found: set[str] = set()
    for file in ROOT.glob("skills/*/checklist.yaml"):
        items = yaml.safe_load(file.read_text(encoding="utf-8"))["items"]
        found.update(f"{file.parent.name}/{item['id']}" for item in items if "question" in item)
    return frozenset(found)


def test_every_kind_has_a_home_and_no_home_is_for_another() -> None:
    assert set(HOMES) == set(KINDS)
    assert [kind for kind, home in HOMES.items() if not home] == []


def test_every_candidate_rule_has_a_home() -> None:
    if not CANDIDATES.is_file():
        pytest.skip("the list of candidates is not at hand")
    wanted = [candidate["id"] for candidate in json.loads(CANDIDATES.read_text(encoding="utf-8"))]
    assert [id_ for id_ in wanted if id_ not in HOMES] == []


def test_a_home_of_codes_names_all_that_decide_the_kind() -> None:
    ruff = {kind: {code for code, rule in CODES.items() if rule.kind == kind} for kind in KINDS}
    ours = {kind: {rule.code for rule in all_rules() if rule.kind == kind} | BESIDE.get(kind, set()) for kind in KINDS}
    assert {kind: set(HOMES[kind].get("ruff", ())) for kind in KINDS} == ruff
    assert {kind: set(HOMES[kind].get("ours", ())) for kind in KINDS} == ours


@pytest.mark.parametrize(("word", "there"), [("question", _questions()), ("evidence", frozenset(EVIDENCE))])
def test_a_home_that_is_no_code_is_there(word: str, there: frozenset[str]) -> None:
    assert [kind for kind, home in HOMES.items() if word in home and home[word] not in there] == []


def test_what_is_not_run_says_why_and_is_decided_by_nothing_else() -> None:
    for kind, home in HOMES.items():
        if not {"external", "off"}.isdisjoint(home):
            (reason,) = home.values()
            assert len(reason) > 20, kind
