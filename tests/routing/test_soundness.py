"""Strong phrases of everyday words load a skill in requests about software, and only offer it in others."""

from __future__ import annotations

import pytest

from backwright.routing.decision import Request
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms
from tests.routing._skills import chosen, route

POETRY = SkillTerms("packaging", "1.0.0", "Lock files.", strong=("poetry", "mypy"), aliases={"es": ("archivo fijo",)})
BREAKERS = SkillTerms("resilience", "1.0.0", "Calls.", strong=("circuit breaker", "job queue", "give up after"))
ROUTER = Router((POETRY, BREAKERS))


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("my circuit breaker trips when the dryer and the oven run", "resilience"),
        ("people give up after a hundred steps of this staircase", "resilience"),
    ],
)
def test_a_phrase_of_everyday_words_in_a_request_about_something_else_is_only_offered(text: str, skill: str) -> None:
    assert chosen(ROUTER.route(Request(text))) == ("suggest", [skill])


def test_a_name_that_is_an_everyday_word_is_not_even_offered_there() -> None:
    assert chosen(ROUTER.route(Request("poetry competition rules for teenagers"))) == ("none", [])


def test_such_a_name_counts_where_the_rest_is_of_software_in_another_language() -> None:
    assert ROUTER.route(Request("nuestro servidor usa poetry con una base de datos")).matches[0].skill == "packaging"


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("poetry", "packaging"),
        ("poetry lock", "packaging"),
        ("our docker build with poetry got slower and slower", "packaging"),
        ("teenagers wrote this and now mypy complains about everything", "packaging"),
        ("el archivo fijo cambia cada lunes por la tarde", "packaging"),
        ("a circuit breaker", "resilience"),
        ("put a circuit breaker before the tax service of the county", "resilience"),
        ("the job queue of our bakery moves slowly", "resilience"),
        ("a circuit breaker for OAuth2 of the county", "resilience"),
        ("circuit breaker: 给天气预报加一个", "resilience"),
    ],
)
def test_a_bare_phrase_a_name_and_another_word_of_software_load_it(text: str, skill: str) -> None:
    assert chosen(ROUTER.route(Request(text))) == ("auto", [skill])


def test_keywords_of_the_caller_are_words_of_software() -> None:
    text = "people give up after a hundred steps of this staircase"
    assert chosen(ROUTER.route(Request(text, keywords=("http", "client")))) == ("auto", ["resilience"])


def test_a_skill_that_is_named_is_loaded_whatever_the_rest_says() -> None:
    assert chosen(route("use code-review for my mother's soup recipe")) == ("explicit", ["code-review"])


def test_two_spellings_of_one_word_are_rivals_and_no_set() -> None:
    one = SkillTerms("serializers", "1.0.0", "Answers.", strong=("modelserializer",))
    other = SkillTerms("models", "1.0.0", "Shapes.", strong=("model_serializer",))
    found = Router((one, other)).route(Request("the JSON of our ModelSerializer"))
    assert chosen(found) == ("suggest", ["models", "serializers"])


def test_two_things_that_speak_for_a_skill_bear_each_other_out() -> None:
    signs = (("stairs | steps", "people | visitors"),)
    router = Router((SkillTerms("stairs", "1.0.0", "Calls.", strong=("give up after",), signs=signs),))
    text = "people give up after a hundred steps of this monument"
    assert chosen(router.route(Request(text))) == ("auto", ["stairs"])
