from __future__ import annotations

from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.roots import Roots
from backwright.errors import ManifestError
from tests.catalog._packs import write_pack, write_skill

TEXT = "---\nname: {name}\ndescription: Say what. Use when asked.\n---\n\n# Body\n"


def put(folder: Path, name: str, text: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(TEXT.format(name=name) if text is None else text, encoding="utf-8")
    return path


def named(catalog: Catalog) -> list[str]:
    return [skill.name for skill in catalog.skills]


def told(catalog: Catalog) -> list[tuple[str, str, str, int | None]]:
    return [(problem.severity, problem.code, Path(problem.path).name, problem.line) for problem in catalog.problems]


def test_skills_of_several_folders_are_served_beside_the_pack_and_each_is_said_to_be_unpinned(tmp_path: Path) -> None:
    pack = load_catalog(write_pack(tmp_path / "pack", "middle"))
    put(tmp_path / "a", "zebra")
    write_skill(tmp_path / "b", "ant")
    catalog = Roots((tmp_path / "a", tmp_path / "b")).added(pack)
    assert named(catalog) == ["ant", "middle", "zebra"]
    assert ("warning", "UNLOCKED_SKILL", "zebra.md", None) in told(catalog)
    assert told(catalog)[-1] == ("warning", "UNLOCKED_SKILL", "ant", None)
    assert catalog.read("zebra", "original/zebra.md") == TEXT.format(name="zebra").encode()
    assert b"# Body" in catalog.read("zebra@0.1.0", "SKILL.md")


def test_without_folders_the_catalog_is_the_packs_own(tmp_path: Path) -> None:
    pack = load_catalog(write_pack(tmp_path, "one"))
    assert Roots(()).added(pack) is pack


def test_a_name_that_the_pack_or_an_earlier_folder_has_is_announced_and_both_are_served(tmp_path: Path) -> None:
    pack = load_catalog(write_pack(tmp_path / "pack", "one"))
    put(tmp_path / "a", "one")
    put(tmp_path / "b", "one")
    catalog = Roots((tmp_path / "a", tmp_path / "b")).added(pack)
    assert named(catalog) == ["one", "root/a/one", "root/b/one"]
    assert catalog.get("one") is pack.get("one")
    assert catalog.get("root/b/one").uri() == "skill://root/b/one/SKILL.md"
    taken = [problem for problem in catalog.problems if problem.code == "NAME_TAKEN"]
    assert [problem.path for problem in taken] == [(tmp_path / f"{name}/one.md").as_posix() for name in ("a", "b")]
    assert "served as root/a/one" in taken[0].message


def test_the_third_of_a_name_in_one_folder_gets_a_name_of_its_own(tmp_path: Path) -> None:
    for place in ("x", "y", "z"):
        write_skill(tmp_path / "a" / place, "one")
    catalog = Roots((tmp_path / "a",)).added(Catalog(()))
    assert named(catalog) == ["one", "one-2", "root/a/one"]
    assert len([problem for problem in catalog.problems if problem.code == "NAME_TAKEN"]) == 2


def test_what_cannot_be_mended_is_left_out_by_name_and_its_neighbours_are_served(tmp_path: Path) -> None:
    put(tmp_path / "a", "good")
    put(tmp_path / "a", "bad", "---\nname: &x bad\n---\n")
    (tmp_path / "a/link.md").symlink_to(tmp_path / "a/good.md")
    catalog = Roots((tmp_path / "a", tmp_path / "missing")).added(Catalog(()))
    assert named(catalog) == ["good"]
    errors = [row for row in told(catalog) if row[0] == "error"]
    assert errors == [
        ("error", "YAML_ALIAS", "bad.md", 2),
        ("error", "SYMLINK", "link.md", None),
        ("error", "UNREADABLE", "missing", None),
    ]


def test_strict_refuses_what_cannot_be_mended(tmp_path: Path) -> None:
    put(tmp_path, "bad", "---\nname: &x bad\n---\n")
    with pytest.raises(ManifestError, match="YAML_ALIAS") as caught:
        Roots((tmp_path,)).added(Catalog(()), strict=True)
    assert caught.value.line == 2


def test_strict_takes_what_was_mended(tmp_path: Path) -> None:
    put(tmp_path, "good")
    assert named(Roots((tmp_path,)).added(Catalog(()), strict=True)) == ["good"]


def test_an_unchanged_skill_is_the_same_object_after_another_load_and_a_changed_one_is_new(tmp_path: Path) -> None:
    put(tmp_path, "same")
    path = put(tmp_path, "other")
    roots = Roots((tmp_path,))
    before = roots.added(Catalog(()))
    path.write_text(TEXT.format(name="other") + "More.\n", encoding="utf-8")
    after = roots.added(Catalog(()))
    assert after.get("same") is before.get("same")
    assert "More." in after.get("other").body
    assert "More." not in before.get("other").body


def test_a_broken_edit_keeps_the_last_good_version_and_says_so(tmp_path: Path) -> None:
    path = put(tmp_path, "one")
    roots = Roots((tmp_path,))
    before = roots.added(Catalog(()))
    path.write_text("---\nname: &x one\n---\n", encoding="utf-8")
    after = roots.added(Catalog(()))
    assert after.get("one") is before.get("one")
    said = next(problem for problem in after.problems if problem.code == "YAML_ALIAS")
    assert (said.severity, said.line) == ("warning", 2)
    assert "the last good version is still served" in said.message


def test_a_skill_that_is_gone_is_gone(tmp_path: Path) -> None:
    path = put(tmp_path, "one")
    put(tmp_path, "two")
    roots = Roots((tmp_path,))
    roots.added(Catalog(()))
    path.unlink()
    assert named(roots.added(Catalog(()))) == ["two"]
