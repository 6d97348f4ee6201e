from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.contexts.context import Address
from backwright.contexts.project_file import (
    DEFAULTS,
    MAX_BYTES,
    Followed,
    ProjectDeclared,
    load_project,
    parse_followed,
    parse_project,
)
from backwright.errors import InvalidContextError, InvalidInputError

SOUND = b"""\
# How this project wants to be treated.
framework: fastapi
python: "3.11"
layout:
  package: shop
  tests: tests
checklists: [code-review, fastapi-endpoint]
suppress:
  - rule: BW102
    reason: the worker has a loop of its own
    paths:
      - shop/worker/**
"""


def refusal(data: bytes) -> InvalidContextError:
    with pytest.raises(InvalidContextError) as caught:
        parse_project(data)
    return caught.value


def test_a_sound_file_is_read() -> None:
    project = parse_project(SOUND)
    assert (project.framework, project.python, project.layout.package) == ("fastapi", "3.11", "shop")
    assert project.checklists == ("code-review", "fastapi-endpoint")
    assert [(item.rule, item.reason, item.paths) for item in project.suppress] == [
        ("BW102", "the worker has a loop of its own", ("shop/worker/**",))
    ]


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"---\n", b"{}", b"null", b"\xef\xbb\xbfframework: ~\r\n"])
def test_a_file_that_says_nothing_is_the_defaults(data: bytes) -> None:
    assert parse_project(data) == DEFAULTS == ProjectDeclared()


@pytest.mark.parametrize("word", ["no", "2026-01-01", "0x10", "1e3", "+1"])
def test_a_word_that_parsers_read_differently_is_refused_unless_it_is_quoted(word: str) -> None:
    error = refusal(f"layout:\n  tests: {word}\n".encode())
    assert (error.line, error.hint) == (2, "put it in quotes")
    assert error.message == f"backwright.yaml: {word!r} is read differently by different YAML parsers"
    assert parse_project(f"layout:\n  tests: '{word}'\n".encode()).layout.tests == word


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"framework: fastapi\nframework: fastapi\n", 2, "'framework' is there twice"),
        (b"layout:\n  tests: a\n  tests: b\n", 3, "'tests' is there twice"),
        (b"exclude: &a [x]\nchecklists: *a\n", 1, "an anchor or an alias"),
        (b"exclude:\n  - *a\n", 2, "an anchor or an alias"),
        (b"framework: !!python/object/apply:os.system [id]\n", 1, "there is a tag"),
        (b"\nframework: !x fastapi\n", 2, "there is a tag"),
        (b"layout:\n  <<: {tests: a}\n", 2, "there is a merge key <<"),
        (b"? [a]\n: b\n", 1, "a key is not a string"),
        (b"framework: fastapi\n---\nframework: fastapi\n", 2, "a second document"),
        (b"framework: fast: api\n", 1, "the YAML is not valid"),
        (b"layout:\n\ttests: a\n", 2, "the YAML is not valid"),
        (b"python: 3.10\n", 1, "python: Input should be a valid string"),
        (b"framework: fastapi\npython: 3\n", 2, "python: Input should be a valid string"),
        (b"framework: litestar\n", 1, "framework: Input should be 'fastapi', 'flask' or 'django'"),
        (b"\nlayuot:\n  tests: a\n", 2, "there is no member 'layuot' here"),
        (b"suppress:\n  - rule: BW102\n    reason: x\n  - rule: BW103\n", 4, "suppress.1.reason: Field required"),
        (b"exclude:\n  - a\n  - ../b\n", 3, "exclude.1: '../b' is not a path inside the project"),
        (b"- a\n", 1, "the document: Input should be"),
        (b"just text\n", 1, "the document: Input should be"),
        (b"\nchecklists: code-review\n", 2, "checklists: this is a list"),
        (b"contexts: shop/conventions\n", 1, "contexts: this is a list"),
        (b"contexts:\n  - shop/a\n  - shop\n", 3, "contexts.1: 'shop' names no stored context"),
        (b"contexts: [shop/a@0]\n", 1, "'0' is no version"),
        (b"contexts: [../../etc/passwd]\n", 1, "names no stored context"),
        (b"contexts: [Shop/conventions]\n", 1, "namespace: 'Shop' is no name"),
        (b"contexts: [a/b, a/b, a/b, a/b, a/b, a/b, a/b, a/b, a/b]\n", 1, "contexts: "),
        (b"a: b\n\xff\n", 2, "is not UTF-8"),
        (b"a: \x00\n", 1, "there is invisible text: U+0000"),
        ("exclude:\n  - a\u200b\n".encode(), 2, "there is invisible text: U+200B"),
        (b"exclude: []\nExclude: []\n", 2, "'Exclude' is there twice"),
        (b"a: " + b"[" * 9 + b"]" * 9, 1, "nests more than 8 levels"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(data: bytes, line: int | None, words: str) -> None:
    error = refusal(data)
    assert words in error.message
    assert error.line == line
    assert error.hint


def test_what_is_to_be_a_list_says_how_one_is_written() -> None:
    assert refusal(b"contexts: shop/conventions\n").hint.startswith(
        "write it in brackets, even for one: contexts: [...]"
    )
    assert refusal(b"suppress: [{rule: BW102, reason: r, paths: x}]\n").hint.startswith(
        "write it in brackets, even for one: paths: [...]"
    )


def test_each_way_to_write_a_stored_context_is_the_same_one() -> None:
    latest, third = Followed(Address("shop", "a.b-c")), Followed(Address("shop", "a.b-c"), 3)
    assert parse_followed("shop/a.b-c") == parse_followed("context://shop/a.b-c") == latest
    assert parse_followed("shop/a.b-c@3") == parse_followed("context://shop/a.b-c/v/3") == third
    assert parse_project(b"contexts: ['context://shop/a/v/3', shop/b]\n").contexts == ("shop/a@3", "shop/b")
    assert parse_followed(third.text) == third


@given(st.text("ab/@v:0123.-_ \n\u0660", max_size=30) | st.text(max_size=300))
def test_any_text_names_a_stored_context_or_is_refused_by_the_one_error(text: str) -> None:
    try:
        followed = parse_followed(text)
    except InvalidInputError:
        return
    assert parse_followed(followed.text) == followed


def test_a_number_says_to_quote_it() -> None:
    for number in (b"3.10", b"3"):
        assert refusal(b"python: " + number + b"\n").hint.startswith("put the value in quotes")


def test_deep_nesting_is_refused_before_it_can_hurt() -> None:
    assert "levels deep" in refusal(b"a: " + b"[" * 20_000).message


def test_a_text_over_the_limit_is_refused() -> None:
    error = refusal(SOUND.ljust(MAX_BYTES + 1, b"\n"))
    assert (error.message, error.line) == (f"backwright.yaml: the YAML has more than {MAX_BYTES} bytes", None)


def test_several_errors_are_counted_and_the_first_is_shown() -> None:
    error = refusal(b"framework: x\nsuppress:\n  - rule: nothing\n    reason: r\n")
    assert error.message.startswith("framework:")
    assert error.message.endswith("(and 1 more)")
    assert error.line == 1


def test_a_project_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    assert load_project(tmp_path) == DEFAULTS


def test_the_file_in_the_root_is_read(tmp_path: Path) -> None:
    (tmp_path / "backwright.yaml").write_bytes(SOUND)
    assert load_project(tmp_path) == parse_project(SOUND)


def test_a_link_is_refused_whatever_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_bytes(SOUND)
    root = tmp_path / "root"
    root.mkdir()
    (root / "backwright.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(InvalidContextError, match="is a link"):
        load_project(root)


def test_a_file_at_the_limit_is_read_and_one_over_it_refused(tmp_path: Path) -> None:
    file = tmp_path / "backwright.yaml"
    file.write_bytes(SOUND.ljust(MAX_BYTES, b"\n"))
    assert load_project(tmp_path).framework == "fastapi"
    file.write_bytes(SOUND.ljust(MAX_BYTES + 1, b"\n"))
    with pytest.raises(InvalidContextError, match="the limit is 65536"):
        load_project(tmp_path)


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backwright.yaml")
    with pytest.raises(InvalidContextError, match="cannot be read"):
        load_project(tmp_path)


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!#'\"\n \t|>?,0.", max_size=80).map(str.encode))
def test_any_bytes_give_a_context_or_the_one_error(data: bytes) -> None:
    # What is accepted is a whole document: it goes out and comes in again unchanged.
    try:
        context = parse_project(data)
    except InvalidContextError:
        return
    assert ProjectDeclared.model_validate_json(context.model_dump_json()) == context
