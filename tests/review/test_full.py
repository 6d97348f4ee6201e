"""Whole files: read once they are known to be those of the diff, and never at another line's number."""

from __future__ import annotations

import ast

import pytest

from backwright.review.full import MAX_SOURCE_BYTES, UnreadableSourceError, agrees, parse_file, post_image
from tests.review._make import diff_of

DIFF = diff_of({"x.py": "a = 1\nb = 2\n"}, {"x.py": "a = 1\n"})


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"a = 1\nb = 2\n", True),
        (b"a = 1\r\nb = 2\r\n", True),
        (b"\xef\xbb\xbfa = 1\nb = 2\n", True),
        (b"a = 1\nb = 2\nmore = 3\n", True),
        (b"a = 1\nb = 3\n", False),
        (b"\na = 1\nb = 2\n", False),
        (b"a = 1\n", False),
        (b"", False),
    ],
)
def test_file_is_the_new_side_only_where_it_says_what_the_diff_says(data: bytes, answer: bool) -> None:  # noqa: FBT001  a parameter of the case
    assert agrees(data, DIFF.files[0].hunks) is answer


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a = (\n", r"line 1: '\(' was never closed"),
        (b"a = '\xe9'\n", "not text of the encoding"),
        (b"# coding: nonsense\n", "not text of the encoding"),
        (b"a = 1\0\n", "NUL|null"),
        (b"x" * (MAX_SOURCE_BYTES + 1), "larger than"),
        (b"-" * 200_000 + b"1\n", "nested too deeply|does not parse"),
    ],
)
def test_file_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSourceError, match=reason):
        parse_file("x.py", data, frozenset({1}))


def test_declared_encoding_is_obeyed() -> None:
    (source,) = parse_file("x.py", "# coding: latin-1\na = 'é'\n".encode("latin-1"), frozenset({2})).sources
    assert source.lines[2] == "a = 'é'"


def test_carriage_return_inside_a_line_hides_nothing_and_moves_no_number() -> None:
    (source,) = parse_file("x.py", b"# comment\rimport os\na = 1\n", frozenset({1, 2})).sources
    assert [node.lineno for node in source.nodes(ast.Import)] == [1]
    assert [node.lineno for node in source.nodes(ast.Assign)] == [2]


def test_created_file_is_whole_in_its_diff_and_a_changed_one_is_not() -> None:
    assert post_image(diff_of({"x.py": "a = 1\nb = 2\n"}).files[0]) == b"a = 1\nb = 2\n"
    assert post_image(DIFF.files[0]) is None
