from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.routing.stems import stem
from backwright.routing.text import MAX_CHARS, query_terms, words


def parts(text: str) -> list[str]:
    return list(words(text).parts)


@pytest.mark.parametrize("code", ["TaskGroup", "task_group", "task-group", "Task Group", "__task_group__"])
def test_an_identifier_is_split_into_its_words(code: str) -> None:
    assert parts(code) == ["task", "group"]


@pytest.mark.parametrize("code", ["TaskGroup", "task_group", "task-group", "taskgroup"])
def test_an_identifier_is_kept_whole_as_well(code: str) -> None:
    assert words(code).wholes == ("taskgroup",)


def test_words_apart_are_not_joined() -> None:
    assert words("task group").wholes == ("task", "group")


def test_capitals_before_a_word_stay_together() -> None:
    assert parts("APIRouter HTTPException OAuth2") == ["api", "router", "http", "exception", "o", "auth2"]


def test_a_latin_word_between_han_characters_is_a_word() -> None:
    assert parts("用fastapi写接口") == ["用", "fastapi", "写", "接", "口"]


def test_hangul_particles_do_not_hide_a_word() -> None:
    assert parts("poetry에서 uv로") == ["poetry", "에", "서", "uv", "로"]


def test_accents_and_width_and_case_do_not_matter() -> None:
    assert (
        parts("Paginación")
        == parts("PAGINACION")
        == parts("\uff30\uff21\uff27\uff29\uff2e\uff21\uff23\uff29\uff2f\uff2e")
    )


def test_marks_that_make_another_letter_stay() -> None:
    assert parts("\u304c") != parts("\u304b")  # ga and ka


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("endpoints", "endpoint"),
        ("reviewing", "review"),
        ("cached", "caches"),
        ("queries", "query"),
        ("routed", "route"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["redis", "class", "status", "string", "need", "setting", "asyncio", "uv", "422"])
def test_a_word_that_only_looks_inflected_keeps_its_form(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(("one", "other"), [("C++", "C"), ("C#", "C"), (".NET", "net"), ("F#", "f")])
def test_a_name_made_by_its_punctuation_differs_from_the_bare_letter(one: str, other: str) -> None:
    assert parts(one) != parts(other)


def test_an_apostrophe_does_not_split() -> None:
    assert parts("don't") == parts("don\u2019t") == ["dont"]


def test_query_terms_leave_out_stop_words_and_pair_han_characters() -> None:
    assert list(query_terms(words("please add the TaskGroup 分页查"))) == ["task", "group", "分页", "页查", "taskgroup"]


def test_query_terms_give_the_form_that_was_written() -> None:
    assert query_terms(words("Caching endpoints")) == {"cach": "caching", "endpoint": "endpoints"}


def test_of_a_long_text_both_ends_are_read() -> None:
    tokens = parts("first " + "x" * 3 * MAX_CHARS + " last")
    assert (tokens[0], tokens[-1]) == ("first", "last")


@given(st.text(max_size=200))
def test_positions_always_fit_together(text: str) -> None:
    tokens = words(text)
    assert len(tokens.parts) == len(tokens.surface) == tokens.starts[-1]
    assert len(tokens.starts) == len(tokens.wholes) + 1
    assert all(start < end for start, end in zip(tokens.starts, tokens.starts[1:], strict=False))


@given(st.text(st.characters(max_codepoint=126)))
def test_text_of_ascii_alone_has_the_same_tokens_as_with_a_letter_beyond(text: str) -> None:
    alone, among = words(text), words(f"{text} \u00df")
    assert (alone.parts, alone.wholes) == (among.parts[:-1], among.wholes[:-1])
