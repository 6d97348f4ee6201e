from __future__ import annotations

from pathlib import Path

from backwright.app import App
from backwright.catalog.manifest import update
from backwright.mcp_api._shelf import Listing, Shelf
from tests.catalog._packs import front, skill_md, write_pack, write_skill
from tests.mcp_api._connect import app_over


def test_the_tree_of_a_skill_that_did_not_change_is_kept_over_a_reload(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    app = app_over(pack)
    shelf = Shelf(app)
    before = {tree.skill.name: tree for tree in shelf.heads()}
    write_skill(pack / "skills", "one", files={"SKILL.md": skill_md(front("one"), "# Edited\n")})
    update(pack)
    assert app.snapshots.reload() is not None
    after = {tree.skill.name: tree for tree in shelf.heads()}
    assert after["two"] is before["two"]
    assert after["one"] is not before["one"]
    found = shelf.file("skill://one/SKILL.md")
    assert found is not None
    assert found.data.endswith(b"# Edited\n")


def test_a_pinned_request_goes_on_with_the_shelf_that_it_began_with(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    app = app_over(pack)
    shelf = Shelf(app)
    with app.snapshots.pinned():
        digest = shelf.digest
        write_pack(pack, "two")
        assert app.snapshots.reload() is not None
        assert shelf.digest == digest
        assert shelf.file("skill://two/SKILL.md") is None
    assert shelf.digest != digest
    assert shelf.file("skill://two/SKILL.md") is not None


def test_a_release_and_its_head_are_found_by_their_own_addresses(app: App) -> None:
    shelf = Shelf(app)
    head, release = shelf.file("skill://alpha/SKILL.md"), shelf.file("skill://v1.0.0/alpha/SKILL.md")
    assert head is not None
    assert release is not None
    assert head.digest != release.digest
    assert shelf.directory("skill://v1.0.0") is None
    assert shelf.directory("skill://v1.0.0/alpha") is not None


def test_the_listing_is_that_of_each_tree_in_turn_however_it_is_cut(app: App) -> None:
    shelf = Shelf(app)
    whole = [resource for tree in shelf.heads() for resource in tree.resources.values()]
    listing = shelf.resources()
    assert len(whole) > 9
    assert [*listing] == whole == [*listing[:4], *listing[4:9], *listing[9:]]
    assert listing[-1] == whole[-1]
    assert len(Listing(())) == 0
