"""Requests in other languages, word by word in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.routing.decision import Request
from backwright.routing.glossary import LANGUAGES, glossary
from backwright.routing.router import Router
from backwright.routing.text import words
from backwright.routing.tongues import language_of, rendered
from backwright.routing.trigger import SkillTerms
from tests.routing._skills import chosen

QUERIES = SkillTerms(
    "queries",
    "1.0.0",
    "Make queries fast.",
    strong=("slow query", "every night"),
    signs=(("page | list", "slow | slower", "customers | orders"),),
)
ROUTER = Router((QUERIES,))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Liste der Kunden wird langsamer", "de"),
        ("la liste des clients est lente", "fr"),
        ("la lista de los clientes va lenta", "es"),
        ("a lista dos clientes ficou lenta com o tempo", "pt"),
        ("список клиентов открывается медленно", "ru"),
        ("客户列表很慢", "zh"),
        ("注文の一覧が遅い", "ja"),
        ("Passwörter verschlüsseln", "de"),
        ("The list of our customers is slow", None),
        ("alembic migration", None),
        ("die hard on the first error and log it", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_its_script_or_its_small_words(text: str, language: str | None) -> None:
    assert language_of(words(text)) == language


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Die Liste der Kunden wird langsamer", "list customer slow"),
        ("eine Datenbankabfrage mit asyncpg", "database query asyncpg"),
        ("la liste des clients est lente", "list customer slow"),
        ("l'image est trop grosse", "image many big"),
        ("en même temps que les autres", "at the same time others"),
        ("una por una, a la vez o como mucho tres", "one by one at the same time o at most tres"),
        ("客户列表很慢", "customer list slow"),
        ("用pytest写测试", "pytest write test"),
        ("пароли пользователей", "password user"),
    ],
)
def test_words_and_fixed_phrases_are_rendered_and_names_stay(text: str, english: str) -> None:
    found = rendered(words(text))
    assert found is not None
    assert " ".join(found.text.surface) == english


def test_a_sign_in_english_is_found_in_other_languages() -> None:
    for text in ("Die Liste der Kunden wird langsamer", "la lista de los clientes va lenta", "客户列表很慢"):
        assert chosen(ROUTER.route(Request(text))) == ("suggest", ["queries"])


def test_an_english_phrase_loads_its_skill_where_the_rendering_is_of_software() -> None:
    assert chosen(ROUTER.route(Request("eine langsame Abfrage in der Datenbank"))) == ("auto", ["queries"])
    assert ROUTER.route(Request("ich schlafe jede Nacht schlecht und bin müde")).decision != "auto"
    assert ROUTER.route(Request("毎晩眠れない")).decision != "auto"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_entry_is_found_as_it_is_written_and_english_is_plain(language: str) -> None:
    assert [english for english in glossary(language).values() if not english.replace(" ", "").isalpha()] == []
    assert [other for other in glossary(language) if not words(other).parts] == []


@given(st.text(max_size=200))
def test_whatever_is_asked_is_rendered_or_left(text: str) -> None:
    found = rendered(words(text))
    assert found is None or found.known <= set(words(text).surface)
