from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.routing.decision import Request
from backwright.routing.router import Router
from backwright.routing.spelling import one_slip
from backwright.routing.trigger import SkillTerms
from tests.routing._skills import chosen

MODELS = SkillTerms("pydantic-models", "1.0.0", "Models that validate.", strong=("pydantic",), weak=("validator",))
VIEWS = SkillTerms("flask-django", "1.0.0", "Views and blueprints.", strong=("flask", "django"), weak=("blueprint",))
ROUTER = Router((MODELS, VIEWS))


def said(text: str) -> tuple[str, list[str]]:
    return chosen(ROUTER.route(Request(text)))


@pytest.mark.parametrize("text", ["pydnatic validator", "pydantci", "pydanticc", "pydntic"])
def test_a_slip_in_a_long_name_is_read_as_the_name(text: str) -> None:
    assert said(text) == ("auto", ["pydantic-models"])


@pytest.mark.parametrize("text", ["flsk url prefix", "falsk", "djngo"])
def test_a_slip_in_a_short_name_is_never_sure(text: str) -> None:
    assert said(text) == ("suggest", ["flask-django"])


@pytest.mark.parametrize(
    "text", ["flash the firmware", "flank steak", "pedantic grammar", "alembics of glass", "xlask"]
)
def test_a_word_that_is_another_word_is_left_alone(text: str) -> None:
    assert said(text)[0] == "none"


def test_a_word_that_is_known_is_not_mended() -> None:
    assert said("flask and pydantic")[0] == "auto"
    assert said("a validator") == ("none", [])


@given(st.text("abcd", min_size=10, max_size=12), st.integers(0, 9), st.sampled_from("abcdx"))
def test_one_slip_is_seen_wherever_it_is_and_from_both_sides(word: str, at: int, letter: str) -> None:
    slips = [word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]]
    slips.append(word[:at] + word[at : at + 2][::-1] + word[at + 2 :])
    for slip in slips:
        assert one_slip(word, slip) == one_slip(slip, word) == (slip != word)


def test_two_slips_are_two() -> None:
    assert not one_slip("sqlalchemy", "sqlalchmye"[::-1])
    assert not one_slip("dramatiq", "dramatq"[:-1])
