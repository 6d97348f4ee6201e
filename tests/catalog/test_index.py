"""A start from an index: what it serves is what a start without one serves, whatever became of the pack or the index.

A file is known again only once it is two seconds old, which no test waits for: here that time is over at once, and
each edit is made under a later time of the clock of files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.index_file import MAX_BYTES, IndexFile
from backwright.catalog.indexing import STALE, Indexing
from backwright.catalog.library import Library
from backwright.catalog.manifest import update
from backwright.catalog.memory import Memory
from backwright.catalog.problem import Code
from backwright.catalog.skill import Skill
from backwright.errors import IntegrityError
from tests.catalog._packs import front, skill_md, write_pack, write_release, write_skill

NAMES = ("one", "three", "two")
TRIGGERS = "strong: [gather, a phrase]\nnot: [cooking]\naliases: {zh: [任务]}\numbrella: true\n"
CHECKLIST = """\
items:
  - {id: first, text: Await every task., rules: [BW101]}
  - id: second
    text: Say what ends it.
    question: {ask: What ends it?, evidence: the loop, success: it ends, failure: it does not}
"""


@contextmanager
def old_at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backwright.catalog.stamp.RACY_NS", -(10**18))
        yield


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    with old_at_once():
        yield tmp_path / "cache"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_rich(tmp_path / "pack")


def write_rich(pack: Path) -> Path:
    """Three skills, one with all that can be parsed, and a release."""
    write_skill(pack / "skills", "one", files={"triggers.yaml": TRIGGERS, "checklist.yaml": CHECKLIST})
    write_release(pack, "two", "0.9.0", body="# As it was\n")
    return write_pack(pack, "two", "three")


def library_of(pack: Path, cache: Path) -> Library:
    return Library(partial(_load, pack), Indexing(cache, pack, fewest=1))


def _load(pack: Path, memory: Memory) -> Catalog:
    return load_catalog(pack, memory=memory)


def started(pack: Path, cache: Path) -> Library:
    """A library that started from the index, or from what fitted of it."""
    library = library_of(pack, cache)
    assert library.current is library.current
    return library


def indexed(pack: Path, cache: Path) -> None:
    """Leave an index of the pack as it is."""
    library = started(pack, cache)
    library.settle()
    assert library.settled


def content(skill: Skill) -> tuple[Mapping[str, bytes], str]:
    return {file.path: file.verified() for file in skill.files}, skill.body


def same(left: Catalog, right: Catalog) -> bool:
    """Equal in all that is served: every byte, every word, every problem."""
    every = [(*catalog.skills, *catalog.releases) for catalog in (left, right)]
    return left == right and [content(skill) for skill in every[0]] == [content(skill) for skill in every[1]]


def had(library: Library) -> list[str]:
    """The skills that were not read at the start, by name and whether released."""
    catalog = library.current
    every = (*catalog.skills, *catalog.releases)
    return [skill.uri() for skill in every if not any(isinstance(file.held, bytes) for file in skill.files)]


ALL = ["skill://one/SKILL.md", "skill://three/SKILL.md", "skill://two/SKILL.md", "skill://v0.9.0/two/SKILL.md"]


def tick(folder: Path) -> None:
    """Let the clock of files move on: two edits of one tick are what the two seconds are for."""
    probe = folder / ".tick"
    probe.write_bytes(b"")
    first = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == first:
        probe.write_bytes(b"")
    probe.unlink()


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
    few = Library(partial(_load, pack), Indexing(cache, pack))
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


# What somebody writes into the index.


def forge(pack: Path, cache: Path, change: Callable[[dict[str, dict[str, object]]], object]) -> None:
    """Let the index say something else, whole and with the right digest."""
    file = IndexFile(cache, pack)
    said = json.loads(file.read() or b"")
    change(said["rows"])
    assert file.write(json.dumps(said).encode())


def test_a_lie_about_a_description_ends_when_the_start_is_settled(pack: Path, cache: Path) -> None:
    lie = {"name": "one", "description": "Obey.", "metadata": {"version": "1.0.0"}}
    indexed(pack, cache)
    forge(pack, cache, lambda rows: rows["skills/one"].update(front=lie))
    library = started(pack, cache)
    before = library.current
    assert before.get("one").description == "Obey."
    swap = library.settle()
    assert swap is not None
    assert (swap.before, swap.after, swap.listed) == (before, library.current, True)
    assert same(library.current, load_catalog(pack))
    assert same(started(pack, cache).current, load_catalog(pack))


def _stamped(rows: dict[str, dict[str, object]], pack: Path, digest: str | None = None) -> None:
    """Let the index say that SKILL.md of `one` is the file that lies there now."""
    status = (pack / "skills/one/SKILL.md").stat()
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    files = rows["skills/one"]["files"]
    assert isinstance(files, list)
    rows["skills/one"]["files"] = [[row[0], digest or row[1], *stamp] if row[0] == "SKILL.md" else row for row in files]


def _tamper(pack: Path) -> str:
    """Another SKILL.md of the same size; its digest."""
    path = pack / "skills/one/SKILL.md"
    path.write_bytes(path.read_bytes().replace(b"# Instructions", b"# Obstructions"))
    return sha256(path.read_bytes()).hexdigest()


def test_a_tampered_file_whose_stamp_is_forged_is_refused_when_it_is_read_and_left_out_soon(
    pack: Path, cache: Path
) -> None:
    indexed(pack, cache)
    _tamper(pack)
    forge(pack, cache, lambda rows: _stamped(rows, pack))
    library = started(pack, cache)
    assert library.current.problems == ()
    with pytest.raises(IntegrityError, match=r"bytes of SKILL\.md do not match"):
        library.current.read("one", "SKILL.md")
    with pytest.raises(IntegrityError, match=r"bytes of SKILL\.md do not match"):
        _ = library.current.get("one").body
    assert library.current.read("two", "SKILL.md")
    swap = library.settle()
    assert swap is not None
    assert [(problem.code, problem.path) for problem in swap.problems] == [
        (Code.DIGEST_MISMATCH, "skills/one/SKILL.md")
    ]
    assert same(library.current, load_catalog(pack))


def test_a_digest_that_the_manifest_does_not_pin_is_not_believed(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    digest = _tamper(pack)
    forge(pack, cache, lambda rows: _stamped(rows, pack, digest))
    library = started(pack, cache)
    assert had(library) == ALL[1:]
    assert same(library.current, load_catalog(pack))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inside:
        yield from _places(each, (*path, key))


@given(data=st.data())
def test_whatever_an_index_says_no_other_skill_byte_or_problem_is_served_and_settling_ends_the_rest(
    data: st.DataObject,
) -> None:
    with TemporaryDirectory() as name, old_at_once():
        pack, cache = write_rich(Path(name) / "pack"), Path(name) / "cache"
        indexed(pack, cache)
        file = IndexFile(cache, pack)
        said = json.loads(file.read() or b"")
        for _ in range(data.draw(st.integers(1, 2))):
            _set(said, data.draw(st.sampled_from(list(_places(said))[1:] or [("rows",)])), data.draw(values))
        assert file.write(json.dumps(said).encode())
        library, cold = started(pack, cache), load_catalog(pack)
        found = library.current
        assert (found.digest, found.problems, found.manifest) == (cold.digest, cold.problems, cold.manifest)
        for mine, true in zip((*found.skills, *found.releases), (*cold.skills, *cold.releases), strict=True):
            assert content(mine) == content(true)
        library.settle()
        assert same(library.current, cold)
        assert same(started(pack, cache).current, cold)


def _set(said: object, path: tuple[str | int, ...], value: object) -> None:
    for key in path[:-1]:
        said = said[key]  # type: ignore[index]  # JSON: the path was taken from it
    said[path[-1]] = value  # type: ignore[index]  # as above


@pytest.mark.parametrize("path", ["../outside", "skills/../../outside", "/etc", "skills/one/../two", ""])
def test_a_folder_that_only_the_index_has_is_not_looked_at(path: str, pack: Path, cache: Path) -> None:
    outside = write_skill(pack.parent, "outside")
    before = {each: each.stat().st_atime_ns for each in outside.rglob("*.md")}
    indexed(pack, cache)
    forge(pack, cache, lambda rows: rows.update({path: rows["skills/one"]}))
    library = started(pack, cache)
    assert same(library.current, load_catalog(pack))
    assert {each: each.stat().st_atime_ns for each in outside.rglob("*.md")} == before


@pytest.mark.parametrize("written", [b"", b"{}", b"[" * 100_000, b"{" * 3, b"null", b"\xff", bytes(MAX_BYTES - 2048)])
def test_what_is_no_index_is_done_without(written: bytes, pack: Path, cache: Path) -> None:
    assert IndexFile(cache, pack).write(written)
    library = started(pack, cache)
    assert had(library) == []
    assert same(library.current, load_catalog(pack))


def test_the_index_of_another_pack_is_not_one_of_this(pack: Path, cache: Path, tmp_path: Path) -> None:
    other = write_rich(tmp_path / "other")
    indexed(other, cache)
    assert IndexFile(cache, pack).write(IndexFile(cache, other).read() or b"")
    assert had(started(pack, cache)) == []


def test_a_file_that_goes_before_it_is_read_is_refused_by_name_and_settling_says_why(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    library = started(pack, cache)
    (pack / "skills/one/references/more.md").unlink()
    with pytest.raises(IntegrityError, match=r"references/more\.md cannot be read any more") as refused:
        library.current.read("one", "references/more.md")
    assert refused.value.hint.startswith("ask again in a moment")
    swap = library.settle()
    assert swap is not None
    assert [problem.path for problem in swap.problems] == ["skills/one/references/more.md"]


def test_what_prepares_for_the_settled_catalog_sees_it_before_it_is_served(pack: Path, cache: Path) -> None:
    indexed(pack, cache)
    library = started(pack, cache)
    before, seen = library.current, list[tuple[Catalog, Catalog]]()
    library.settle(lambda following: seen.append((following, library.current)))
    assert seen == [(library.current, before)]
    assert seen[0][1] is before
