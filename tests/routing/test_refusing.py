"""A name that a request refuses chooses nothing; a symptom that it wants to be rid of does."""

from __future__ import annotations

import pytest

from tests.routing._skills import chosen, route


@pytest.mark.parametrize(
    "text",
    [
        "how does TCP slow start work, without FastAPI",
        "this is not about FastAPI",
        "I don't want to use FastAPI",
        "I do not use asyncio",
        "no FastAPI here, what does the word mean",
        "kein FastAPI bitte",
        "sans utiliser asyncio",
        "sin usar FastAPI",
    ],
)
def test_a_refused_name_loads_nothing(text: str) -> None:
    assert route(text).decision in {"none", "suggest"}


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("FastAPI does not use my response_model", "fastapi-endpoint"),
        ("no asyncio loop is running", "async-concurrency"),
        ("not Flask but FastAPI", "fastapi-endpoint"),
        ("work without blocking the event loop", "async-concurrency"),
        ("never run this outside of the event loop", "async-concurrency"),
        ("it is not fast enough, move it to asyncio", "async-concurrency"),
        ("do not merge yet: code review first", "code-review"),
    ],
)
def test_a_complaint_a_symptom_and_what_is_refused_for_it_are_asked_about(text: str, skill: str) -> None:
    assert chosen(route(text)) == ("auto", [skill])
