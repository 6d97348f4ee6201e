"""A catalog that follows the disk: each test edits a pack as a person or a program does, and looks again."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.library import Library, Swap
from backwright.catalog.manifest import MANIFEST, update
from backwright.catalog.memory import Memory
from backwright.catalog.problem import Code
from backwright.errors import SkillNotFoundError
from tests.catalog._packs import front, skill_md, write_pack, write_release, write_skill


def _loader(pack: Path, memory: Memory, *, allow_unlocked: bool = False) -> Catalog:
    return load_catalog(pack, allow_unlocked=allow_unlocked, memory=memory)


def library_of(pack: Path, *, allow_unlocked: bool = False) -> Library:
    library = Library(partial(_loader, pack, allow_unlocked=allow_unlocked))
    assert library.current.problems == ()
    return library


def reloaded(library: Library) -> Swap:
    swap = library.reload()
    assert swap is not None
    assert swap.after is library.current
    return swap


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path, "one", "two")


@pytest.fixture
def open_library(pack: Path) -> Library:
    return library_of(pack, allow_unlocked=True)


def skill_file(pack: Path, name: str = "one") -> Path:
    return pack / "skills" / name / "SKILL.md"


def test_an_untouched_pack_is_not_swapped(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    assert library.reload() is None
    assert library.current is before


def test_a_touched_file_with_the_same_bytes_is_not_swapped(pack: Path) -> None:
    library = library_of(pack)
    os.utime(skill_file(pack), ns=(10**18, 10**18))
    assert library.reload() is None


def test_an_edit_that_is_pinned_is_served_and_its_neighbours_are_the_same_objects(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    skill_file(pack).write_text(skill_md(front("one", "1.1.0"), "# Edited\n"), encoding="utf-8")
    update(pack)
    swap = reloaded(library)
    assert (swap.after.get("one").version, swap.after.problems) == ("1.1.0", ())
    assert swap.after.get("two") is before.get("two")
    assert swap.uris == {"skill://one/SKILL.md"}
    assert swap.listed


def test_a_catalog_that_was_taken_before_a_swap_stays_whole(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    old = before.read("one", "SKILL.md")
    skill_file(pack).write_text(skill_md(front("one", "1.1.0"), "# Edited\n"), encoding="utf-8")
    update(pack)
    reloaded(library)
    assert before.read("one", "SKILL.md") == old
    assert library.current.read("one", "SKILL.md") != old


def test_an_edit_that_nobody_pinned_is_refused_by_name_and_the_pinned_bytes_are_served_on(pack: Path) -> None:
    library = library_of(pack)
    pinned = library.current.read("one", "SKILL.md")
    skill_file(pack).write_bytes(pinned + b"\nOne line more.\n")
    swap = reloaded(library)
    (problem,) = swap.after.problems
    assert (problem.code, problem.path, problem.severity) == (
        Code.DIGEST_MISMATCH,
        "skills/one/SKILL.md",
        "warning",
    )
    assert problem.message.endswith("; the last good version is still served")
    assert swap.problems == (problem,)
    assert swap.after.read("one", "SKILL.md") == pinned
    assert (swap.uris, swap.listed) == (frozenset(), False)


def test_with_unlocked_allowed_the_edit_is_served_and_said(pack: Path, open_library: Library) -> None:
    skill_file(pack).write_text(skill_md(front("one"), "# Edited\n"), encoding="utf-8")
    swap = reloaded(open_library)
    assert swap.after.get("one").body == "# Edited\n"
    assert [(problem.code, problem.severity) for problem in swap.problems] == [(Code.DIGEST_MISMATCH, "warning")]


def test_a_broken_edit_keeps_the_last_good_version_and_names_file_line_and_fix(
    pack: Path, open_library: Library
) -> None:
    good = open_library.current.get("one")
    skill_file(pack).write_text("---\nname: one\nname: two\n---\n", encoding="utf-8")
    swap = reloaded(open_library)
    (problem,) = swap.problems
    assert (problem.code, problem.path, problem.line) == (Code.YAML_DUPLICATE_KEY, "skills/one/SKILL.md", 3)
    assert problem.severity == "warning"
    assert problem.message.endswith("; the last good version is still served")
    assert problem.fix
    assert swap.after.get("one") is good


def test_a_mended_edit_is_served_and_its_problem_is_gone(pack: Path, open_library: Library) -> None:
    good = skill_file(pack).read_bytes()
    skill_file(pack).write_bytes(b"no frontmatter")
    assert reloaded(open_library).problems != ()
    skill_file(pack).write_bytes(good)
    assert reloaded(open_library).after.problems == ()


def test_a_skill_that_was_never_good_is_left_out_until_it_is(pack: Path, open_library: Library) -> None:
    write_skill(pack / "skills", "three", frontmatter="name: other\n")
    problem = reloaded(open_library).problems[0]
    assert (problem.severity, problem.path) == ("error", "skills/three/SKILL.md")
    with pytest.raises(SkillNotFoundError, match="three is left out"):
        open_library.current.get("three")
    write_skill(pack / "skills", "three")
    assert reloaded(open_library).after.get("three").name == "three"


def test_a_deleted_skill_is_not_served_any_more_and_its_addresses_have_changed(pack: Path) -> None:
    library = library_of(pack)
    shutil.rmtree(pack / "skills" / "one")
    update(pack)
    swap = reloaded(library)
    assert [skill.name for skill in swap.after.skills] == ["two"]
    assert swap.uris == {"skill://one/SKILL.md", "skill://one/references/more.md"}


def test_a_manifest_that_breaks_leaves_the_last_one_in_force(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    (pack / MANIFEST).write_text("format: 2\n", encoding="utf-8")
    swap = reloaded(library)
    assert [problem.path for problem in swap.after.problems] == [MANIFEST]
    assert swap.after.skills == before.skills
    assert swap.after.manifest == before.manifest


def test_a_pack_that_disappears_is_served_on(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    shutil.rmtree(pack / "skills")
    swap = reloaded(library)
    assert Code.PACK_UNREADABLE in {problem.code for problem in swap.problems}
    assert {problem.severity for problem in swap.problems} == {"warning"}
    assert swap.after.skills == before.skills


def test_a_release_that_is_added_is_served_beside_its_head(pack: Path) -> None:
    library = library_of(pack)
    write_release(pack, "one", "0.9.0", body="# As it was\n")
    update(pack)
    swap = reloaded(library)
    assert swap.after.get("one@<1").body == "# As it was\n"
    assert "skill://v0.9.0/one/SKILL.md" in swap.uris


def test_only_what_changed_is_read_again(pack: Path) -> None:
    library = library_of(pack)
    for path in pack.rglob("*.md"):
        os.utime(path, ns=(10**18, 10**18))
    # The time of the inode cannot be set back, so the stamps become believable only when the clock has moved on;
    # until then every file is read again and found to be the same.
    assert library.reload() is None
    before = {file.path: file for file in library.current.get("one").files}
    skill_file(pack).write_text(skill_md(front("one", "1.1.0")), encoding="utf-8")
    update(pack)
    after = {file.path: file for file in reloaded(library).after.get("one").files}
    assert after["references/more.md"].digest == before["references/more.md"].digest
    assert after["SKILL.md"].digest != before["SKILL.md"].digest


def test_what_prepares_for_a_swap_sees_the_next_catalog_while_the_last_is_served(pack: Path) -> None:
    library = library_of(pack)
    before = library.current
    skill_file(pack).write_text(skill_md(front("one", "1.1.0")), encoding="utf-8")
    update(pack)
    seen: list[tuple[Catalog, Catalog]] = []
    swap = library.reload(lambda following: seen.append((following, library.current)))
    assert swap is not None
    assert seen == [(swap.after, before)]


def test_each_reader_sees_bytes_and_digest_of_one_published_catalog(pack: Path) -> None:
    """200 reloads with 8 readers; tests/bench/reload.py does the same 10,000 times with 50."""
    library = library_of(pack, allow_unlocked=True)
    published = {_pair(library.current)}
    seen: set[tuple[str, str, str]] = set()
    done = threading.Event()

    def read() -> None:
        mine = set()
        while not done.wait(0.0005):
            mine.add(_pair(library.current))
        seen.update(mine)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for number in range(200):
        for name in ("one", "two"):
            skill_file(pack, name).write_text(skill_md(front(name), f"# Edit {number}\n"), encoding="utf-8")
        published.add(_pair(reloaded(library).after))
    done.set()
    for reader in readers:
        reader.join(60)
    assert seen <= published
    assert len(published) == 201


def _pair(catalog: Catalog) -> tuple[str, str, str]:
    """What one look at a catalog gives: two bodies that are always edited together, and the digest of all."""
    return catalog.get("one").body, catalog.get("two").body, catalog.digest
