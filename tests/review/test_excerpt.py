"""The lines that a report shows around a finding: found by number, safe to look at, marked at the right place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.diff import Diff, parse_diff
from backwright.review.excerpt import MAX_SHOWN, Excerpts, shown_line, underlined
from tests.review._make import diff_of, hunk_of


def test_line_is_found_by_path_and_number_of_the_new_side() -> None:
    excerpts = Excerpts(diff_of({"a.py": "one\ntwo\nthree\n"}, {"a.py": "one\nthree\n"}))
    spot = excerpts.spot("a.py", 2)
    assert spot is not None
    assert spot.line.text == "two"
    assert excerpts.spot("a.py", 9) is None
    assert excerpts.spot("b.py", 2) is None


def test_of_a_series_the_patch_that_adds_the_line_is_shown() -> None:
    first = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-old\n+new\n"
    second = "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,2 @@\n new\n+more\n"
    for text in (first + second, second + first):
        spot = Excerpts(parse_diff(text.encode())).spot("a.py", 1)
        assert spot is not None
        assert [line.text for line in spot.hunk.added] == ["new"]


def test_deleted_file_shows_nothing() -> None:
    assert Excerpts(parse_diff(b"--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")).spot("a.py", 1) is None
    assert Excerpts(Diff(())).spot("a.py", 1) is None


def test_body_of_a_private_key_is_not_shown() -> None:
    hunk = hunk_of(
        '+KEY = """-----BEGIN RSA PRIVATE KEY-----\n+MIIEpAIBAAKCAQEA7\n+-----END RSA PRIVATE KEY-----"""\n+after = 1'
    )
    excerpts = Excerpts(Diff(()))
    assert [one.text for one in excerpts.shown(hunk)][1::2] == ["(a line of a private key)", "after = 1"]
    assert [one.text for one in excerpts.shown(hunk, 1, 2)] == ["(a line of a private key)"]


def test_secret_and_control_characters_are_not_shown() -> None:
    assert shown_line('password = "hunter2hunter2"\x1b[31m') == shown_line('password = "hunter2hunter2"') + "\\x1b[31m"
    assert "hunter2hunter2" not in shown_line('password = "hunter2hunter2"')


@pytest.mark.parametrize(
    ("text", "column", "marked"),
    [
        ("    call(x)", 5, "    ^^^^^^^"),
        ("    call(x)  # why", 1, "    ^^^^^^^"),
        ("x = call.me(y)", 5, "    ^^^^^^^"),
        ("x = (y)", 5, "    ^"),
        ("\tcall(x)", 2, "    ^^^^^^^"),
        ("\u5317 = call(x)", 5, "     ^^^^"),
        ("", 1, "^"),
        ("x", 99, " ^"),
    ],
)
def test_marks_stand_below_what_the_finding_is_about(text: str, column: int, marked: str) -> None:
    before, length = underlined(text, column)
    assert " " * before + "^" * length == marked


@given(st.text(max_size=60), st.integers(min_value=1, max_value=80))
def test_any_text_is_shown_on_one_line_and_marked_inside_or_right_behind_it(text: str, column: int) -> None:
    assert [c for c in shown_line(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}] == []
    before, length = underlined(text, column)
    assert length >= 1
    assert before >= 0


def test_endless_line_is_cut() -> None:
    assert shown_line("x" * 10_000) == "x" * MAX_SHOWN + " ..."
    assert underlined("x" * 10_000, 1) == (0, MAX_SHOWN)
