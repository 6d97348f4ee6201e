from __future__ import annotations

import pytest

from backwright.routing.decision import Routing
from tests.pack._app import APP, CATALOG
from tests.pack._pages import NAMES

MATCH = [pytest.param(name, text, id=text[:60]) for name in NAMES for text in CATALOG.get(name).triggers.match]
NO_MATCH = [pytest.param(name, text, id=text[:60]) for name in NAMES for text in CATALOG.get(name).triggers.no_match]


def routed(text: str) -> Routing:
    return APP.route(text)


@pytest.mark.parametrize("name", NAMES)
def test_there_are_examples_enough_and_none_is_a_term(name: str) -> None:
    triggers = CATALOG.get(name).triggers
    assert len(triggers.match) >= 8
    assert len(triggers.no_match) >= 8
    assert len({*triggers.match, *triggers.no_match}) == len(triggers.match) + len(triggers.no_match)
    assert set(triggers.match) & {*triggers.strong, *triggers.weak} == set()


@pytest.mark.parametrize("name", NAMES)
def test_some_examples_do_without_a_keyword_and_some_are_not_english(name: str) -> None:
    skill = CATALOG.get(name)
    keywords = [word.casefold() for word in (*skill.keywords, *skill.triggers.strong)]
    spoken = [any(word in text.casefold() for word in keywords) for text in skill.triggers.match]
    assert not all(spoken)
    assert not all(text.isascii() for text in skill.triggers.match)


@pytest.mark.parametrize("name", NAMES)
def test_no_phrase_is_declared_twice(name: str) -> None:
    skill = CATALOG.get(name)
    triggers = skill.triggers
    aliases = [term for terms in triggers.aliases.values() for term in terms]
    declared = [*skill.keywords, *triggers.strong, *triggers.weak, *aliases]
    assert [term for term in set(declared) if declared.count(term) > 1] == []
    assert set(declared) & set(triggers.not_) == set()


@pytest.mark.parametrize(("name", "text"), MATCH)
def test_an_example_leads_to_its_skill(name: str, text: str) -> None:
    found = routed(text)
    assert found.decision in {"auto", "suggest"}
    assert found.matches[0].skill == name


@pytest.mark.parametrize(("name", "text"), NO_MATCH)
def test_a_near_miss_does_not(name: str, text: str) -> None:
    assert name not in [match.skill for match in routed(text).matches]


@pytest.mark.parametrize("name", NAMES)
def test_a_skill_that_is_named_is_chosen(name: str) -> None:
    found = routed(f"/{name}")
    assert (found.decision, found.matches[0].skill) == ("explicit", name)
