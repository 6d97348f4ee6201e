from __future__ import annotations

import pytest

from backwright.routing.stems import root, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("migrate", "migrations"),
        ("validating", "validation"),
        ("cancelled", "cancellation"),
        ("install", "installation"),
        ("retried", "retry"),
        ("idempotent", "idempotency"),
        ("concurrently", "concurrent"),
        ("deployment", "deploys"),
        ("connect", "connections"),
    ],
)
def test_kin_of_one_root_meet(one: str, other: str) -> None:
    assert root(stem(one)) == root(stem(other))


@pytest.mark.parametrize(
    ("one", "other"), [("freezes", "hung"), ("doubled", "twice"), ("billed", "charge"), ("sluggish", "slowly")]
)
def test_plain_words_for_one_trouble_meet(one: str, other: str) -> None:
    assert root(stem(one)) == root(stem(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("format", "form"), ("instance", "instant"), ("document", "docs"), ("order", "border"), ("queue", "query")],
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert root(stem(one)) != root(stem(other))


@pytest.mark.parametrize("word", ["миграция", "分页", "c", "p99", "x_y"])
def test_what_is_no_english_word_stays_as_it_is(word: str) -> None:
    assert root(word) == word
