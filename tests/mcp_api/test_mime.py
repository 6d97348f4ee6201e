from __future__ import annotations

import pytest

from backwright.mcp_api._mime import mime_type, text_of


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("SKILL.md", b"# x", "text/markdown"),
        ("a/b/SCRIPT.PY", b"x = 1", "text/x-python"),
        ("template.yaml", b"a: 1", "application/yaml"),
        ("router.py.j2", b"{{ x }}", "text/plain"),
        ("LICENSE", b"text", "text/plain"),
        ("LICENSE", b"caf\xe9", "application/octet-stream"),
        ("logo.png", b"\x89PNG", "image/png"),
    ],
)
def test_the_type_follows_the_name_and_then_the_bytes(path: str, data: bytes, expected: str) -> None:
    assert mime_type(path, data) == expected


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbfbom", b"a\r\nb\rc\n", "\u2028漢".encode(), b"\x00"])
def test_text_is_these_bytes_again(data: bytes) -> None:
    text = text_of(data)
    assert text is not None
    assert text.encode() == data


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xed\xa0\x80", b"\xc0\x80"])
def test_bytes_that_are_no_utf_8_are_no_text(data: bytes) -> None:
    assert text_of(data) is None
