"""The composition root: its answers are those of one snapshot."""

from __future__ import annotations

from pathlib import Path

from backwright.app import App
from backwright.catalog.manifest import MANIFEST
from backwright.settings import Settings
from tests.catalog._packs import write_pack


def test_the_manifest_is_that_of_the_snapshot_and_not_of_the_disk(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    app = App(Settings(pack=pack))
    assert [skill.name for skill in app.catalog.skills] == ["one"]
    before = (pack / MANIFEST).read_bytes()
    write_pack(pack, "two")
    assert app.manifest() == before
    assert App(Settings(pack=pack)).manifest() == (pack / MANIFEST).read_bytes() != before


def test_a_pack_without_a_manifest_has_an_empty_one(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    (pack / MANIFEST).unlink()
    assert App(Settings(pack=pack)).manifest() == b""
