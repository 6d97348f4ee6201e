from __future__ import annotations

import pytest

from backwright.routing import weights
from backwright.routing.decision import Request
from backwright.routing.router import Router
from backwright.routing.signs import SignIndex
from backwright.routing.text import words
from backwright.routing.trigger import SkillTerms, profile
from tests.routing._skills import BACKEND, chosen

JOBS = SkillTerms(
    name="background-jobs",
    version="1.0.0",
    description="Move work out of the request into a queue.",
    strong=("celery",),
    all_of=(("worker", "killed"),),
    signs=(
        ("charge | invoice", "twice", "last night | worker"),
        ("send | mails", "later | in the background"),
    ),
    negative=("boxing",),
)
ROUTER = Router([JOBS, BACKEND])


def found(text: str) -> list[tuple[str, float]]:
    return [sign for signs in SignIndex([profile(JOBS)]).find([words(text)]).values() for sign in signs]


def test_a_sign_is_found_in_any_order_and_by_any_form_of_its_words() -> None:
    assert found("Last night customers were billed and the invoices doubled") == [
        ("last + invoices + doubled", weights.LONG_SIGN)
    ]


def test_a_pair_of_words_weighs_less_than_three() -> None:
    assert found("sending it in the background") == [("sending + in", weights.SIGN)]
    assert weights.SIGN < weights.LONG_SIGN


@pytest.mark.parametrize(
    "text",
    [
        "the worker is billed",
        "invoices of the worker",
        "",
        "charged twice" + " and so on" * weights.SIGN_REACH + " by the worker",
    ],
)
def test_a_place_that_is_empty_or_far_away_is_no_sign(text: str) -> None:
    assert found(text) == []


def test_a_sign_offers_its_skill_and_never_loads_it() -> None:
    routing = ROUTER.route(Request("customers were charged twice last night, send the mails later"))
    assert chosen(routing) == ("suggest", ["background-jobs"])
    assert [piece.field for piece in routing.matches[0].evidence[:2]] == ["sign", "sign"]


def test_an_umbrella_yields_to_a_long_sign() -> None:
    routing = ROUTER.route(Request("our python service charged some twice last night"))
    assert chosen(routing) == ("suggest", ["background-jobs"])


def test_a_negative_term_removes_what_only_a_sign_speaks_for() -> None:
    assert chosen(ROUTER.route(Request("boxing club: charged twice last night"))) == ("none", [])


def test_words_of_a_group_are_no_surer_than_a_sign_of_another_skill() -> None:
    other = SkillTerms("billing", "1.0.0", "", signs=(("charge", "twice", "customer"),))
    text = "our worker was killed, and a customer is charged twice"
    assert chosen(Router([JOBS]).route(Request(text))) == ("auto", ["background-jobs"])
    assert chosen(Router([JOBS, other]).route(Request(text))) == ("suggest", ["background-jobs", "billing"])


def test_a_long_word_counts_as_the_one_that_it_ends_with() -> None:
    pay = SkillTerms("pay", "1.0.0", "", signs=(("anbieter", "langsam"),))
    signs = SignIndex([profile(pay)]).find([words("der Zahlungsanbieter ist langsam")])
    assert [sign[0] for sign in signs[0]] == ["zahlungsanbieter + langsam"]
    assert SignIndex([profile(pay)]).find([words("die Anbieterin ist langsam")]) == {}
