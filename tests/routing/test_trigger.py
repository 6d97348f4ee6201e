from __future__ import annotations

from backwright.routing.trigger import Kind, Phrase, phrases
from tests.routing._skills import BACKEND, ENDPOINT


def test_every_declared_phrase_is_given_with_its_kind() -> None:
    found = {(phrase.kind, phrase.text) for phrase in phrases(ENDPOINT)}
    assert found >= {
        (Kind.NAME, "fastapi-endpoint"),
        (Kind.STRONG, "APIRouter"),
        (Kind.ALIAS, "分页查询"),
        (Kind.ALL_OF, "upload"),
        (Kind.WEAK, "route"),
        (Kind.NEGATIVE, "Next.js"),
    }


def test_terms_of_a_group_carry_its_number() -> None:
    groups = {phrase.text: phrase.group for phrase in phrases(ENDPOINT) if phrase.kind is Kind.ALL_OF}
    assert groups == {"endpoint": 0, "list": 0, "handler": 1, "upload": 1}


def test_spellings_of_a_phrase_have_one_key() -> None:
    assert Phrase("a", Kind.STRONG, "TaskGroup").key == Phrase("a", Kind.STRONG, "task groups").key


def test_phrases_of_an_umbrella_say_so() -> None:
    assert all(phrase.umbrella for phrase in phrases(BACKEND))
    assert not any(phrase.umbrella for phrase in phrases(ENDPOINT))
