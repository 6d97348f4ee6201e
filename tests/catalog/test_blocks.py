"""What a page says: its blocks, how they are checked, the versions that they hold for."""

from __future__ import annotations

import pytest

from backwright.catalog.blocks import Page, Stated, read_page


def page(text: str) -> Page:
    return read_page("one", "SKILL.md", text)


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("Checked with FastAPI 0.165.", {"fastapi": "0.165"}),
        ("Checked with `mcp` 2.3, argon2-cffi 25.1. Then more 9.", {"mcp": "2.3", "argon2-cffi": "25.1"}),
        ("Holds for Pydantic 2.11 to 2.14, pytest 9.2.", {"pydantic": "2.11 to 2.14", "pytest": "9.2"}),
        ("Say it. Checked with prometheus_client 0.26: all of it 7.", {"prometheus-client": "0.26"}),
        ("Checked with care.", {}),
        ("It was checked by FastAPI 0.165.", {}),
    ],
)
def test_a_sentence_states_versions_for_readers_and_programs(sentence: str, stated: dict[str, str]) -> None:
    assert {each.name: each.text() for each in page(sentence).stated} == stated


def test_extras_belong_to_what_is_stated() -> None:
    (stated,) = page("Checked with `sqlalchemy[asyncio]` 2.1.").stated
    assert (stated.name, stated.extras) == ("sqlalchemy", ("asyncio",))


@pytest.mark.parametrize(
    ("version", "covered"),
    [
        *((version, True) for version in ("2.11", "2.11.0", "2.14.9", "2.12.0rc1")),
        *((version, False) for version in ("2.10.9", "2.15.0", "3.0", "1.11", "dev")),
    ],
)
def test_a_stated_span_covers_every_release_of_its_ends(version: str, *, covered: bool) -> None:
    assert Stated("pydantic", (), (2, 11), (2, 14)).covers(version) is covered


def test_a_statement_in_a_block_is_code() -> None:
    assert page("```text\nChecked with FastAPI 0.165.\n```\n").stated == ()


def test_modules_join_what_continues_and_leave_out_what_is_wrong() -> None:
    text = (
        "```python\na = 1\n```\n\n```python wrong\nb = 2  # BW101: no\n```\n\n```python continues test\nc = 3\n```\n\n"
        "```python\nimport os\nimport jwt.api\nfrom fastapi import x\n```\n"
    )
    first, second = page(text).modules()
    assert [block.line for block in first.blocks] == [2, 10]
    assert first.is_test
    assert first.text.split("\n")[1:10:8] == ["a = 1", "c = 3"]
    assert second.imports() == {"jwt", "fastapi"}
    assert [block.marks() for block in page(text).wrong()] == [(("BW101", 6),)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("```\nx\n```\n", (1, "the block does not say its language")),
        ("# A\n```python\nx\n", (2, "the block that starts here is not closed")),
        ("```python continues\nx\n```\n", (1, "the block continues none")),
        ("```python loud\nx\n```\n", (1, "the info string 'python loud' is not one of the scheme")),
        ("```python wrong\nx\n```\n", (1, "a block that shows what not to do marks a line with `# CODE: why`")),
    ],
)
def test_a_fence_that_is_not_of_the_scheme_is_a_fault_with_its_line(text: str, fault: tuple[int, str]) -> None:
    assert page(text).faults == (fault,)


@pytest.mark.parametrize("text", ["```text\nx\n```\n", "```python\nx\n```\n\n```python continues\ny\n```\n", "plain"])
def test_a_page_by_the_scheme_has_no_fault(text: str) -> None:
    assert page(text).faults == ()


def test_a_longer_fence_holds_a_shorter_one() -> None:
    (block,) = page("````markdown\n```python\nx = 1\n```\n````\n").blocks
    assert (block.language, len(block.lines)) == ("markdown", 3)
