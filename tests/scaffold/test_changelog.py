from __future__ import annotations

from pathlib import Path

import pytest

from backwright.scaffold import engine
from backwright.scaffold.changelog import insert_entry
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, tree, write

ENTRY = "The endpoint `/v1/notes`."
KEPT = """\
# Changelog

## [Unreleased]

### Added

- Tickets, with a line
  that goes on.

### Fixed

- A thing.

## [1.0.0] - 2026-01-01

### Added

- All.
"""


@pytest.mark.parametrize(
    ("text", "before", "inserted"),
    [
        (KEPT, "  that goes on.\n", f"- {ENTRY}\n"),
        (KEPT.replace("\n", "\r\n"), "  that goes on.\r\n", f"- {ENTRY}\r\n"),
        (KEPT.replace("- Tickets", "* Tickets"), "  that goes on.\n", f"* {ENTRY}\n"),
        ("## Unreleased\n\n## 1.0\n\n### Added\n\n- All.\n", "## Unreleased\n", f"\n### Added\n\n- {ENTRY}\n"),
        ("## [unreleased]\n", "## [unreleased]\n", f"\n### Added\n\n- {ENTRY}\n"),
        ("## Unreleased", "## Unreleased\n", f"\n### Added\n\n- {ENTRY}\n"),
        ("## Unreleased\n\n### Added\n\n### Fixed\n", "### Added\n", f"\n- {ENTRY}\n"),
    ],
)
def test_the_entry_stands_after_its_siblings_and_nothing_else_changes(text: str, before: str, inserted: str) -> None:
    found = insert_entry(text, ENTRY)
    assert found is not None
    assert found[1] == inserted
    assert before + inserted in found[0]
    assert found[0].replace(inserted, "") == text + ("" if text.endswith("\n") else "\n")


@pytest.mark.parametrize("text", ["", "# Changelog\n\n## 1.0\n", "Unreleased\n", f"## Unreleased\n\n- {ENTRY}\n"])
def test_a_changelog_without_a_place_or_with_the_entry_is_left_alone(text: str) -> None:
    assert insert_entry(text, ENTRY) is None


def test_a_project_that_keeps_a_changelog_gets_an_entry_once_and_undo_takes_it_out(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "CHANGELOG.md": KEPT})
    before = tree(root)
    made = scaffold(root, SMALL)
    assert "CHANGELOG.md" in kinds(made, "edit")
    assert (root / "CHANGELOG.md").read_text(encoding="utf-8").count(f"- {ENTRY}\n") == 1
    assert plan(root, SMALL).writes == ()
    engine.undo(root, "note")
    assert tree(root) == before


def test_an_entry_that_was_taken_out_stays_out_and_one_that_was_edited_stays(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "CHANGELOG.md": KEPT})
    scaffold(root, SMALL)
    edited = (root / "CHANGELOG.md").read_text(encoding="utf-8").replace(ENTRY, "Notes.")
    (root / "CHANGELOG.md").write_text(edited, encoding="utf-8")
    assert plan(root, SMALL).writes == ()
    engine.undo(root, "note")
    assert (root / "CHANGELOG.md").read_text(encoding="utf-8") == edited
