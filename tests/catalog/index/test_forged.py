"""What somebody writes into an index is found out: nothing is served that the pack does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.index_file import MAX_BYTES, IndexFile
from backwright.catalog.problem import Code
from backwright.errors import IntegrityError
from tests.catalog._packs import write_skill
from tests.catalog.index._starts import (
    ALL,
    content,
    forge,
    had,
    indexed,
    old_at_once,
    same,
    started,
    write_rich,
)


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
