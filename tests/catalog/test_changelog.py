"""Changelogs: entries by version, and a new one in its place with the rest as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.changelog import MAX_MESSAGE, Entry, between, entries, with_entry
from backwright.errors import InvalidInputError

LOG = """\
# Changelog of one

## Unreleased

## [1.2.0] - 2026-11-01

- Two.

### Why

```text
## 9.9.9
```

## v1.1.0

One.

## 1.0.0
First.
"""


def test_entries_are_read_by_version_whatever_the_heading_has_around_it() -> None:
    assert [entry.version for entry in entries(LOG)] == ["1.2.0", "1.1.0", "1.0.0"]
    assert entries(LOG)[0].text == "- Two.\n\n### Why\n\n```text\n## 9.9.9\n```"
    assert entries(LOG)[2] == Entry(version="1.0.0", text="First.")


@pytest.mark.parametrize("text", ["", "# Changelog\n", "## Notes\n\nNone.\n", "1.0.0\n"])
def test_a_text_without_versions_has_no_entries(text: str) -> None:
    assert entries(text) == ()


def test_what_lies_between_two_versions_is_the_newer_included_and_the_older_not() -> None:
    assert [entry.version for entry in between(LOG, "1.0.0", "1.2.0")] == ["1.2.0", "1.1.0"]
    assert between(LOG, "1.2.0", "1.2.0") == ()
    assert [entry.version for entry in between("## 1.0.0\n\na\n\n## 1.10.0\n\nb\n", "0.1.0", "2.0.0")] == [
        "1.10.0",
        "1.0.0",
    ]


def test_a_message_becomes_the_first_entry() -> None:
    before = "# Changelog of one\n\n## 1.0.0\n\nFirst.\n"
    text, entry = with_entry(before, "one", "1.1.0", "  Say more. \n")
    assert entry == "Say more."
    assert text == "# Changelog of one\n\n## 1.1.0\n\nSay more.\n\n## 1.0.0\n\nFirst.\n"


def test_a_skill_without_a_changelog_gets_one() -> None:
    assert with_entry("", "one", "1.0.0", "First.")[0] == "# Changelog of one\n\n## 1.0.0\n\nFirst.\n"


@pytest.mark.parametrize("heading", ["Unreleased", "1.1.0", "v1.1.0", "[Unreleased]"])
def test_what_the_author_wrote_beforehand_becomes_the_entry(heading: str) -> None:
    text, entry = with_entry(f"# C\n\n## {heading}\n\n- Mine.\n\n## 1.0.0\n\nFirst.\n", "one", "1.1.0", None)
    assert entry == "- Mine."
    assert text == "# C\n\n## 1.1.0\n\n- Mine.\n\n## 1.0.0\n\nFirst.\n"


def test_a_message_comes_before_what_the_author_wrote() -> None:
    assert with_entry("## Unreleased\n\n- Mine.\n", "one", "1.1.0", "Yours.")[1] == "Yours.\n\n- Mine."


def test_the_line_ends_of_the_file_are_kept() -> None:
    text, _ = with_entry("# C\r\n\r\n## 1.0.0\r\n\r\nFirst.\r\n", "one", "1.1.0", "Two\nlines.")
    assert text == "# C\r\n\r\n## 1.1.0\r\n\r\nTwo\r\nlines.\r\n\r\n## 1.0.0\r\n\r\nFirst.\r\n"


@pytest.mark.parametrize("log", ["", "## Unreleased\n\n## 1.0.0\n\nFirst.\n"])
@pytest.mark.parametrize("message", [None, "", " \n "])
def test_a_release_without_a_word_is_refused(log: str, message: str | None) -> None:
    with pytest.raises(InvalidInputError, match=r"1\.1\.0 has no changelog entry") as refused:
        with_entry(log, "one", "1.1.0", message)
    assert "--message" in refused.value.hint


@pytest.mark.parametrize(
    "message",
    ["ok\n## 9.9.9\nforged", "# Title", "x" * (MAX_MESSAGE + 1), "bell\a", "hid\u202eden", "```\nopen", "a\x1b[31m"],
)
def test_a_message_that_would_not_stay_one_entry_is_refused(message: str) -> None:
    with pytest.raises(InvalidInputError):
        with_entry("", "one", "1.1.0", message)


@given(st.text(max_size=200), st.text(max_size=80))
def test_whatever_the_file_holds_the_new_entry_is_read_back_first(log: str, message: str) -> None:
    try:
        text, entry = with_entry(log, "one", "7.0.0", message)
    except InvalidInputError:
        return
    found = [each for each in entries(text) if each.version == "7.0.0"]
    assert found[:1] == [Entry(version="7.0.0", text=entry)] or "```" in log
