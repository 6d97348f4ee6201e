"""A text about a technology is no work with it."""

from __future__ import annotations

import pytest

from backwright.routing.asides import aside
from backwright.routing.text import words
from tests.routing._skills import chosen, route


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("write a blog post about FastAPI", "write a blog post"),
        ("Draft a short cover letter for a pytest expert", "draft a short cover letter"),
        ("suggest a title for a talk on coroutines", "suggest a title for a talk"),
        ("who invented asyncio", "who invented"),
        ("draft a job description: senior engineer, asyncio a plus", "draft a job description"),
        ("write a LinkedIn post, we moved to FastAPI", "write a linked in post"),
        ("make a meme about coroutines", "make a meme"),
        ("how old is asyncio", "how old is asyncio"),
        ("who maintains FastAPI", "who maintains fast api"),
        ("what does the word coroutine mean", "the word coroutine mean"),
        ("which conference talks about asyncio are worth it", "which conference talks about"),
        ("is FastAPI a good name for my cat", "name for my cat"),
        ("when was Pydantic first released", "when was pydantic first released"),
        ('is "uvicorn" pronounced like the animal', "pronounced"),
        ("job advertisement for someone who knows the event loop", "job advertisement"),
        ('translate this sentence: "the pull request was closed"', "translate this sentence"),
        ("my CV lists FastAPI, make it nicer", "my cv"),
        ("schreibe einen Artikel über asyncio", "schreibe einen artikel"),
        ("escribe un artículo sobre FastAPI", "escribe un articulo"),
    ],
)
def test_a_request_for_a_text_or_a_piece_of_history_is_found_by_its_words(text: str, said: str) -> None:
    assert aside([words(text)]) == said


@pytest.mark.parametrize(
    "text",
    [
        "write a blog post endpoint",
        "write a test for the article model",
        "how old is the connection when the pool recycles it",
        "generate a meme endpoint",
        "who created this row of the audit table",
        "the name of the column comes from the model",
        "which courses does the query return",
        "a column name for the company",
        "write the history of each row to an audit table",
        "keep the history of the price of each product",
        "resume a paused job after the restart",
        "translate the exception into a 404",
        "a title for the openapi docs",
        "add a newsletter table",
        "upload a cover letter to S3",
        "",
    ],
)
def test_the_same_words_for_things_in_a_program_are_work(text: str) -> None:
    assert aside([words(text)]) is None


def test_nothing_is_offered_for_a_text_about_a_strong_phrase() -> None:
    assert chosen(route("write an article about FastAPI")) == ("none", [])
    assert chosen(route("write a FastAPI route for an article")) == ("auto", ["fastapi-endpoint"])


def test_python_files_at_hand_make_it_work() -> None:
    assert chosen(route("write an article about FastAPI", "docs/conf.py")) == ("auto", ["fastapi-endpoint"])
