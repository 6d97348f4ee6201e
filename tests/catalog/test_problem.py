"""What a problem shows: one line that no terminal can be fooled by."""

from __future__ import annotations

from backwright.catalog.problem import Code, refuse


def test_a_refusal_reads_like_a_compiler_message() -> None:
    refused = refuse(Code.SYMLINK, "skills/one/\x1b.md", "it is a link", "replace it")
    assert str(refused) == "skills/one/\\x1b.md: error: it is a link [SYMLINK]"
