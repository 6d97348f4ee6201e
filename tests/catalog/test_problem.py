"""What a problem shows: one line that no terminal can be fooled by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.problem import Code, printable, refuse


@given(st.text(max_size=400))
def test_what_is_shown_is_printable_and_bounded(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 2200
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 用 é", "plain 用 é"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_could_fool_a_reader_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_refusal_reads_like_a_compiler_message() -> None:
    refused = refuse(Code.SYMLINK, "skills/one/\x1b.md", "it is a link", "replace it")
    assert str(refused) == "skills/one/\\x1b.md: error: it is a link [SYMLINK]"
