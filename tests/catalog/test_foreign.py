from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.catalog.foreign import MAX_DOCUMENT, find_foreign, read_foreign
from backwright.catalog.problem import ProblemError


def put(root: Path, *paths: str) -> None:
    for name in paths:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n", encoding="utf-8")


def found(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in find_foreign(root)]


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(ProblemError) as caught:
        read_foreign(path, path.name)
    return caught.value.problem.code, caught.value.problem.path


def test_folders_that_hold_a_skill_and_single_files_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "b/SKILL.md", "a.md", "c/skill.md", "d/e/f/Skill.md", "notes.txt", "rules/x.mdc", "rule.mdc")
    assert found(tmp_path) == ["a.md", "b", "c", "d/e/f", "notes.txt", "rule.mdc", "rules/x.mdc"]


def test_a_repositorys_own_files_dot_files_and_what_lies_inside_a_skill_are_none(tmp_path: Path) -> None:
    put(tmp_path, "README.md", "LICENSE.txt", "CHANGELOG.md", "docs/page.md", ".hidden/SKILL.md", ".x.md", "code.py")
    put(tmp_path, "one/SKILL.md", "one/references/two/SKILL.md", "one/more.mdc", "a/b/c/d/e/SKILL.md")
    assert found(tmp_path) == ["one"]


def test_a_folder_that_is_a_skill_is_one(tmp_path: Path) -> None:
    put(tmp_path, "SKILL.md", "other/SKILL.md")
    assert found(tmp_path) == ["."]


@pytest.mark.parametrize(
    ("files", "document"),
    [
        (("SKILL.md", "skill.md"), "SKILL.md"),
        (("Skill.md", "other.md"), "Skill.md"),
        (("thing.md", "other.md"), "thing.md"),
        (("README.md", "only.mdc"), "only.mdc"),
    ],
)
def test_the_document_of_a_folder_is_the_one_that_stands_for_it(
    tmp_path: Path, files: tuple[str, ...], document: str
) -> None:
    put(tmp_path / "thing", *files)
    if len(list((tmp_path / "thing").iterdir())) < len(files):
        pytest.skip("this file system does not tell cases apart")
    if document == "SKILL.md":
        (tmp_path / "thing/skill.md").unlink()
    assert read_foreign(tmp_path / "thing", "thing").document == document


def test_a_folder_without_a_document_or_with_several_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "none/README.md", "many/a.md", "many/b.md")
    assert refused(tmp_path / "none") == ("NO_SKILL_MD", "none")
    assert refused(tmp_path / "many") == ("NO_SKILL_MD", "many")


def test_links_are_handed_on_and_refused_by_name(tmp_path: Path) -> None:
    put(tmp_path, "outside/SKILL.md", "outside/secret.md", "root/real.md")
    (tmp_path / "root/linked").symlink_to(tmp_path / "outside")
    (tmp_path / "root/linked.md").symlink_to(tmp_path / "outside/secret.md")
    assert found(tmp_path / "root") == ["linked", "linked.md", "real.md"]
    assert refused(tmp_path / "root/linked") == ("SYMLINK", "linked")
    assert refused(tmp_path / "root/linked.md") == ("SYMLINK", "linked.md")


def test_a_link_inside_a_folder_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "secret.md", "one/SKILL.md")
    (tmp_path / "one/more.md").symlink_to(tmp_path / "secret.md")
    assert refused(tmp_path / "one") == ("SYMLINK", "one/more.md")


def test_special_large_and_missing_files_are_refused_without_being_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(MAX_DOCUMENT + 1)
    assert refused(tmp_path / "pipe.md") == ("UNREADABLE", "pipe.md")
    assert refused(tmp_path / "large.md") == ("UNREADABLE", "large.md")
    assert refused(tmp_path / "missing.md") == ("UNREADABLE", "missing.md")


def test_a_document_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.md").write_bytes(b"x" * MAX_DOCUMENT)
    assert len(read_foreign(tmp_path / "large.md", "large.md").data()) == MAX_DOCUMENT


def test_a_large_document_in_a_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, "one/SKILL.md")
    (tmp_path / "one/SKILL.md").write_bytes(b"x" * (MAX_DOCUMENT + 1))
    assert refused(tmp_path / "one") == ("TOO_LARGE", "one/SKILL.md")


@pytest.mark.parametrize(
    ("name", "kept"), [("a b#c.md", "source.md"), ("ü.mdc", "source.mdc"), ("fine.txt", "fine.txt")]
)
def test_a_file_keeps_its_name_where_every_system_can_have_it(tmp_path: Path, name: str, kept: str) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    assert read_foreign(tmp_path / name, name).document == kept
