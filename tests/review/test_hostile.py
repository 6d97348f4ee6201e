"""Text of a diff before it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.hostile import masked, visible

TOKEN = "ghp_" + "a1B2" * 9
KEY = "AKIA" + "Q7ZP" * 4


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token = '{TOKEN}'", TOKEN),
        (f"https://{KEY}.example", KEY),
        ("postgresql://app:hunter22@db/x", "hunter22"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ('password = "correct horse"', "correct horse"),
        ('"api_key": "0123456789abcdef"', "0123456789abcdef"),
        ("DB_PASSWORD: str = 'hunter22'", "hunter22"),
    ],
)
def test_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in masked(text)


@pytest.mark.parametrize(
    "text",
    ["token_url = '/oauth/token'", "name = 'Bearer'", "https://example.org/a:b@c", "x = 'password'", "a: int = 3"],
)
def test_text_without_a_secret_is_left_alone(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢字 🙂", "plain é 漢字 🙂"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\rc", "a\\x0ab\\x0dc"),
        ("a\u202eb\u200b\U000e0041", "a\\u{202e}b\\u{200b}\\u{e0041}"),
        ("a\tb", "a b"),
        ("::error::x", ":\\x3aerror::x"),
        ("  ::set-env name=x::", "  :\\x3aset-env name=x::"),
        ("x ##[error]", "x #\\x23[error]"),
        ("a[::2]", "a[::2]"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_one_line_that_nothing_obeys(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "a" + " " * 50_000, "a:" + " " * 50_000, "a'" + " " * 50_000, "a_" * 9_000]
)
def test_a_long_text_without_a_secret_is_left_as_it_is_in_linear_steps(text: str) -> None:
    assert masked(text) == text
