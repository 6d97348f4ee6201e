"""Labels from files and from skills: every mistake has its line."""

from __future__ import annotations

import pytest

from backwright.app import App
from backwright.errors import InvalidInputError
from backwright.evaluating.routing.labels import Label, examples_of, parse_labels
from backwright.settings import Settings


def test_a_label_has_what_its_line_says() -> None:
    line = (
        '{"id": 7, "prompt": "p", "expected": ["a"], "acceptable": ["b"], "expected_version": "1.0.0",'
        ' "lang": "es", "category": "c", "keywords": ["k"], "paths": ["x.py"], "other": 1}\n\n'
    )
    assert parse_labels(b"\xef\xbb\xbf" + line.encode()) == (
        Label("7", "p", ("a",), (), ("b",), "1.0.0", "c", "es", ("k",), ("x.py",)),
    )


def test_a_label_that_expects_nothing_has_no_right_skill_whatever_is_acceptable() -> None:
    (label,) = parse_labels(b'{"id": "n", "prompt": "p", "expected": [], "acceptable": ["a"]}')
    assert label.right == frozenset()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (b"{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "no JSON object"),
        (b'{"prompt": "p", "expected": []}', "no id and prompt"),
        (b'{"id": true, "prompt": "p", "expected": []}', "no id and prompt"),
        (b'{"id": "b", "prompt": "p"}', "what is expected"),
        (b'{"id": "b", "prompt": "p", "expected": "a"}', "expected is no list"),
        (b'{"id": "b", "prompt": "p", "expected": [], "lang": 1}', "lang is no string"),
        (b'{"id": "a", "prompt": "p", "expected": []}', "'a' is there twice"),
    ],
)
def test_a_line_that_is_no_label_is_refused_with_its_number(second: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        parse_labels(b'{"id": "a", "prompt": "p", "expected": []}\n' + second)
    assert refused.value.line == 2


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff"])
def test_a_file_without_a_label_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        parse_labels(data)


def test_the_skills_own_examples_expect_the_skill_or_anything_but_it() -> None:
    skills = App(Settings(allow_unlocked=True)).snapshot.shown
    labels = {label.id: label for label in examples_of(skills)}
    assert labels["fastapi-endpoint/match/1"].right == {"fastapi-endpoint"}
    assert labels["fastapi-endpoint/no_match/1"].wrong == ("fastapi-endpoint",)
    assert labels["fastapi-endpoint/no_match/1"].right == frozenset()


def test_a_label_carries_what_a_caller_would_send_along_and_can_be_asked_alone() -> None:
    line = b'{"id": "a", "prompt": "p", "expected": [], "language": "de", "keywords": ["k"], "context": %s}'
    (named,) = parse_labels(line % b'{"libraries": ["django"], "framework": "flask"}')
    (listed,) = parse_labels(line % b'["django", "flask"]')
    assert (named.context, named.language) == (("django", "flask"), "de")
    assert listed.context == named.context
    assert named.accompanied
    assert not named.alone().accompanied


@pytest.mark.parametrize("context", [b"1", b"[1]", b'{"libraries": [1]}'])
def test_a_context_that_is_no_list_of_names_is_refused(context: bytes) -> None:
    with pytest.raises(InvalidInputError, match="context"):
        parse_labels(b'{"id": "a", "prompt": "p", "expected": [], "context": %s}' % context)
