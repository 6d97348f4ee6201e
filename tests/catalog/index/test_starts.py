"""A start from an index: what it serves is what a start without one serves, whatever became of the pack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import load_catalog
from backwright.catalog.indexing import STALE, Indexing
from backwright.catalog.library import Library
from backwright.catalog.manifest import update
from backwright.catalog.problem import Code
from tests.catalog._packs import front, skill_md, write_pack, write_skill
from tests.catalog.index._starts import (
    ALL,
    had,
    indexed,
    load,
    old_at_once,
    same,
    started,
    tick,
    write_rich,
)


def test_an_unchanged_pack_is_served_from_the_index_without_a_file_being_read(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    library = started(pack, cache)
    assert had(library) == ALL
    assert same(library.current, load_catalog(pack))


def test_what_is_known_is_parsed_as_it_was(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    skill = started(pack, cache).current.get("one")
    assert (skill.triggers.strong, skill.triggers.not_, skill.triggers.umbrella) == (
        ("gather", "a phrase"),
        ("cooking",),
        True,
    )
    assert [item.id for item in skill.checklist] == ["first", "second"]
    assert skill.keywords == ("first word", "second word")


def test_settling_reads_everything_serves_the_same_and_says_that_nothing_is_new(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    library = started(pack, cache)
    before = library.current
    assert library.settle() is None
    assert had(library) == []
    assert same(before, library.current)
    assert library.reload() is None


def test_without_an_index_everything_is_read_and_settling_leaves_one(pack: Path, cache: Path) -> None:
    library = started(pack, cache)
    assert had(library) == []
    assert not library.settled
    assert library.settle() is None
    assert had(started(pack, cache)) == ALL


def test_a_file_that_was_just_written_is_read_again_at_the_next_start(pack: Path, tmp_path: Path) -> None:
    library = started(pack, tmp_path / "cache")
    library.settle()
    assert had(started(pack, tmp_path / "cache")) == []


def test_fewer_skills_than_pay_leave_no_index_and_take_an_old_one_away(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    few = Library(partial(load, pack), Indexing(cache, pack))
    assert same(few.current, load_catalog(pack))
    few.settle()
    assert had(started(pack, cache)) == []


def test_an_edited_skill_is_read_and_its_neighbours_are_not(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    tick(pack)
    (pack / "skills/one/SKILL.md").write_text(skill_md(front("one", "1.1.0"), "# Edited\n"), encoding="utf-8")
    update(pack)
    library = started(pack, cache)
    assert had(library) == ALL[1:]
    assert library.current.get("one").body == "# Edited\n"
    assert same(library.current, load_catalog(pack))


def test_an_edit_of_the_same_size_with_its_old_time_is_seen(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    tick(pack)
    _edit_unseen(pack / "skills/one/references/more.md")
    library = started(pack, cache)
    (problem,) = library.current.problems
    assert (problem.code, problem.path) == (Code.DIGEST_MISMATCH, "skills/one/references/more.md")
    assert same(library.current, load_catalog(pack))


def _edit_unseen(path: Path) -> None:
    status = path.stat()
    path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_few_edits_are_read_at_each_start_and_many_make_a_new_index(tmp_path: Path, cache: Path) -> None:
    names = [f"skill-{number:02}" for number in range(STALE + 2)]
    pack = write_pack(tmp_path / "pack", *names)
    indexed(pack, cache)
    tick(pack)
    for name, more in ((names[0], names[:1]), (names[1], names)):
        for each in more:
            path = pack / "skills" / each / "SKILL.md"
            path.write_bytes(path.read_bytes())
        indexed(pack, cache)
        assert (f"skill://{name}/SKILL.md" in had(started(pack, cache))) is (more is names)


def test_the_manifest_alone_may_withdraw_what_the_index_knows(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    manifest = pack / "manifest.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").partition('  "three":')[0], encoding="utf-8")
    library = started(pack, cache)
    assert [skill.name for skill in library.current.skills] == ["one"]
    assert same(library.current, load_catalog(pack))


@pytest.mark.parametrize("manifest", [None, b"", b"format: 2\n", b"\xff"])
def test_without_a_sound_manifest_nothing_is_had_from_the_index(
    manifest: bytes | None, pack: Path, cache: Path
) -> None:
    indexed(pack, cache)
    (pack / "manifest.yaml").unlink()
    if manifest is not None:
        (pack / "manifest.yaml").write_bytes(manifest)
    library = started(pack, cache)
    assert had(library) == []
    assert same(library.current, load_catalog(pack))


def test_a_skill_that_was_left_out_is_left_out_again_for_the_same_reason(pack: Path, cache: Path) -> None:
    (pack / "skills/one/references/more.md").write_bytes(b"tampered")
    (pack / "skills/three/link.md").symlink_to("SKILL.md")
    indexed(pack, cache)
    library = started(pack, cache)
    assert had(library) == ALL[2:]
    assert {problem.path for problem in library.current.problems} == {
        "skills/one/references/more.md",
        "skills/three/link.md",
    }
    assert same(library.current, load_catalog(pack))


# What a file system does between two processes.


def _files(pack: Path) -> list[Path]:
    return sorted(path for path in (pack / "skills").rglob("*") if path.is_file() and not path.is_symlink())


def _folders(pack: Path) -> list[Path]:
    return sorted(path for path in (pack / "skills").glob("[a-z]*") if path.is_dir())


def _edit(pack: Path, path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"More.\n")


def _touch(pack: Path, path: Path) -> None:
    os.utime(path, ns=(10**18, 10**18))


def _rename(pack: Path, path: Path) -> None:
    path.rename(path.with_name(f"{path.name}x"))


def _swap_with_next(pack: Path, path: Path) -> None:
    files = _files(pack)
    other = files[(files.index(path) + 1) % len(files)]
    if other != path:
        path.rename(pack / "held")
        other.rename(path)
        (pack / "held").rename(other)


def _link(pack: Path, path: Path) -> None:
    path.unlink()
    path.symlink_to("SKILL.md")


def _rename_folder(pack: Path, path: Path) -> None:
    _skill_of(pack, path).rename(pack / "skills" / "renamed") if not (pack / "skills/renamed").exists() else None


def _remove_folder(pack: Path, path: Path) -> None:
    shutil.rmtree(_skill_of(pack, path))


def _skill_of(pack: Path, path: Path) -> Path:
    folders = _folders(pack)
    return next((folder for folder in folders if folder in path.parents), folders[0] if folders else path.parent)


def _copy_over(pack: Path, path: Path) -> None:
    """As some installers do: the same bytes and times in a new file."""
    shutil.copy2(path, pack / "held")
    (pack / "held").replace(path)


EDITS: dict[str, Callable[[Path, Path], object]] = {
    "edit": _edit,
    "edit unseen": lambda _, path: _edit_unseen(path),
    "touch": _touch,
    "delete": lambda _, path: path.unlink(),
    "rename": _rename,
    "swap": _swap_with_next,
    "link": _link,
    "copy over": _copy_over,
    "add": lambda _, path: path.with_name("added.md").write_bytes(b"Added.\n"),
    "add hidden": lambda _, path: path.with_name(".hidden").write_bytes(b"Hidden.\n"),
    "rename folder": _rename_folder,
    "remove folder": _remove_folder,
    "new skill": lambda pack, _: write_skill(pack / "skills", "new"),
    "pin": lambda pack, _: update(pack),
    "unpin": lambda pack, _: (pack / "manifest.yaml").write_bytes(b"format: 1\nskills: {}\n"),
}
edits = st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 30)), max_size=4)


@given(rounds=st.lists(edits, min_size=1, max_size=3))
def test_whatever_happens_between_two_starts_the_index_serves_what_reading_everything_serves(
    rounds: list[list[tuple[str, int]]],
) -> None:
    with TemporaryDirectory() as name, old_at_once():
        pack, cache = write_rich(Path(name) / "pack"), Path(name) / "cache"
        indexed(pack, cache)
        for made in rounds:
            tick(pack)
            for edit, number in made:
                files = _files(pack)
                if files:
                    EDITS[edit](pack, files[number % len(files)])
            library = started(pack, cache)
            assert same(library.current, load_catalog(pack))
            assert library.settle() is None
            assert same(library.current, load_catalog(pack))
