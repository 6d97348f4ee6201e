"""Fixes of older lines: released from an edited copy, into their place, with the head as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import load_catalog
from backwright.catalog.changelog import Entry, entries, with_entries
from backwright.catalog.manifest import check, read
from backwright.catalog.release import plan_release, write_release
from backwright.catalog.version import Level, Version
from backwright.errors import InvalidInputError, ReleaseRefusedError
from tests.catalog._packs import write_pack


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(folder: Path, text: str) -> Path:
    (folder / "references/more.md").write_text(text, encoding="utf-8")
    return folder


def release(pack: Path, level: Level | None, message: str | None, source: Path | None = None) -> str:
    plan = plan_release(pack, "one", level, message, source=source)
    write_release(plan)
    return plan.release.version


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Skill one with the releases 1.0.0, 1.1.0 and 2.0.0, of which the last is the head."""
    root = write_pack(tmp_path / "pack", "one")
    levels: list[Level | None] = [None, "minor", "major"]
    for level, message in zip(levels, ("One.", "Two.", "Three."), strict=True):
        edit(root / "skills/one", f"{message}\n")
        release(root, level, message)
    return root


@pytest.fixture
def work(pack: Path, tmp_path: Path) -> Path:
    """An edited copy of 1.1.0."""
    shutil.copytree(pack / "skills/.releases/one/1.1.0", tmp_path / "work")
    return edit(tmp_path / "work", "Fixed.\n")


def test_a_fix_of_an_older_line_is_released_beside_the_head_which_stays(pack: Path, work: Path) -> None:
    head, others = tree(pack / "skills/one"), tree(pack / "skills/.releases")
    before = read(pack)
    assert release(pack, "patch", "Mend it.", work) == "1.1.1"
    new = pack / "skills/.releases/one/1.1.1"
    assert tree(new) == tree(work)
    log = (new / "CHANGELOG.md").read_text(encoding="utf-8")
    assert log == "# Changelog of one\n\n## 1.1.1\n\nMend it.\n\n## 1.1.0\n\nTwo.\n\n## 1.0.0\n\nOne.\n"
    assert tree(pack / "skills/one") == head
    assert {path: data for path, data in tree(pack / "skills/.releases").items() if "1.1.1" not in path} == others
    after = read(pack)
    assert after.skills == before.skills
    assert after.releases["one"].keys() - before.releases["one"].keys() == {"1.1.1"}
    assert check(pack) == ()
    catalog = load_catalog(pack, strict=True)
    assert [catalog.get(request).version for request in ("one", "one@^1", "one@~1.0")] == ["2.0.0", "1.1.1", "1.0.0"]
    assert catalog.read("one@1", "references/more.md") == b"Fixed.\n"


def test_the_copy_goes_on_to_the_next_fix_and_a_fix_may_be_a_new_minor_of_its_major(pack: Path, work: Path) -> None:
    assert release(pack, "patch", "Mend it.", work) == "1.1.1"
    assert release(pack, "patch", "Mend more.", edit(work, "Better.\n")) == "1.1.2"
    assert release(pack, "minor", "Add some.", edit(work, "Best.\n")) == "1.2.0"
    assert load_catalog(pack, strict=True).versions("one") == ("2.0.0", "1.2.0", "1.1.2", "1.1.1", "1.1.0", "1.0.0")


def test_the_version_of_the_copy_is_released_where_no_level_is_given(pack: Path, work: Path) -> None:
    text = (work / "SKILL.md").read_text(encoding="utf-8")
    (work / "SKILL.md").write_text(text.replace("1.1.0", "1.1.5"), encoding="utf-8")
    plan = plan_release(pack, "one", None, "Mend it.", source=work)
    assert (plan.release.version, plan.previous, plan.changed) == (
        "1.1.5",
        "1.1.0",
        ("CHANGELOG.md", "SKILL.md", "references/more.md"),
    )


def test_what_the_author_wrote_in_the_copy_becomes_the_entry(pack: Path, work: Path) -> None:
    log = (
        (work / "CHANGELOG.md").read_text(encoding="utf-8").replace("## 1.1.0", "## Unreleased\n\n- Mine.\n\n## 1.1.0")
    )
    (work / "CHANGELOG.md").write_text(log, encoding="utf-8")
    assert plan_release(pack, "one", "patch", source=work).entry == "- Mine."


def test_the_next_release_of_the_head_tells_of_the_fix_in_its_place(pack: Path, work: Path) -> None:
    release(pack, "patch", "Mend it.", work)
    edit(pack / "skills/one", "Four.\n")
    assert release(pack, "minor", "Four.") == "2.1.0"
    log = (pack / "skills/one/CHANGELOG.md").read_text(encoding="utf-8")
    assert [(entry.version, entry.text) for entry in entries(log)] == [
        ("2.1.0", "Four."),
        ("2.0.0", "Three."),
        ("1.1.1", "Mend it."),
        ("1.1.0", "Two."),
        ("1.0.0", "One."),
    ]


def test_entries_that_an_author_took_out_of_the_heads_changelog_do_not_come_back(pack: Path) -> None:
    head = edit(pack / "skills/one", "Four.\n")
    (head / "CHANGELOG.md").write_text("# Changelog of one\n\n## 2.0.0\n\nThree.\n", encoding="utf-8")
    release(pack, "minor", "Four.")
    assert [entry.version for entry in entries((head / "CHANGELOG.md").read_text(encoding="utf-8"))] == [
        "2.1.0",
        "2.0.0",
    ]


def version(work: Path, text: str) -> None:
    path = work / "SKILL.md"
    path.write_text(path.read_text(encoding="utf-8").replace("1.1.0", text), encoding="utf-8")


@pytest.mark.parametrize(
    ("says", "level", "error", "hint"),
    [
        ("1.1.0", "major", r"one 2\.0\.0 is released already$", "copy of skills/.releases/one/2.0.0"),
        ("1.0.0", "minor", r"one 1\.1\.0 is released already$", "copy of skills/.releases/one/1.1.0"),
        ("1.1.0", None, r"one 1\.1\.0 is released already$", "copy of skills/.releases/one/1.1.0"),
        ("2.0.0", "patch", r"one 2\.0\.1 would be the highest version", "leave --from out"),
        ("3.0.0", None, r"one 3\.0\.0 would be the highest version", "leave --from out"),
        ("1.1.7", "patch", r"the copy says 1\.1\.7, and one has no such release", "leave the level out"),
    ],
)
def test_a_version_that_is_taken_too_high_or_from_nowhere_is_refused(
    says: str, level: Level | None, error: str, hint: str, pack: Path, work: Path
) -> None:
    version(work, says)
    before = tree(pack)
    with pytest.raises(InvalidInputError, match=error) as refused:
        release(pack, level, "Mend it.", work)
    assert hint in refused.value.hint
    assert tree(pack) == before


def test_a_fix_that_would_lack_another_is_refused(pack: Path, work: Path, tmp_path: Path) -> None:
    shutil.copytree(work, tmp_path / "again")
    release(pack, "patch", "Mend it.", work)
    with pytest.raises(
        InvalidInputError, match=r"one 1\.1\.1 is released already and 1\.2\.0 would lack it"
    ) as refused:
        release(pack, "minor", "Add some.", tmp_path / "again")
    assert refused.value.hint == "start from a copy of skills/.releases/one/1.1.1"


def test_a_release_is_never_edited_where_it_lies(pack: Path) -> None:
    for folder in ("skills/.releases/one/1.1.0", "skills/one", "skills", "skills/one/references"):
        with pytest.raises(InvalidInputError, match="is among the skills") as refused:
            plan_release(pack, "one", "patch", "Mend it.", source=pack / folder)
        assert "copy skills/.releases/one/<version>" in refused.value.hint


@pytest.mark.parametrize("spoil", ["unchanged", "missing", "link", "other", "linked file", "tampered release"])
def test_a_copy_that_is_not_sound_is_refused_with_what_to_do(
    spoil: str, pack: Path, work: Path, tmp_path: Path
) -> None:
    if spoil == "unchanged":
        edit(work, "Two.\n")
    elif spoil == "missing":
        shutil.rmtree(work)
    elif spoil == "link":
        work.rename(tmp_path / "aside")
        work.symlink_to(tmp_path / "aside")
    elif spoil == "other":
        text = (work / "SKILL.md").read_text(encoding="utf-8")
        (work / "SKILL.md").write_text(text.replace("name: one", "name: two"), encoding="utf-8")
    elif spoil == "linked file":
        (work / "more.md").symlink_to("/etc/passwd")
    else:
        edit(pack / "skills/.releases/one/1.0.0", "history")
    before = tree(pack)
    with pytest.raises(ReleaseRefusedError) as refused:
        release(pack, "patch", "Mend it.", work)
    assert refused.value.hint
    assert tree(pack) == before


def test_a_copy_that_was_edited_between_plan_and_release_is_not_released(pack: Path, work: Path) -> None:
    plan = plan_release(pack, "one", "patch", "Mend it.", source=work)
    edit(work, "Meanwhile.\n")
    with pytest.raises(ReleaseRefusedError, match="edited meanwhile"):
        write_release(plan)
    assert not (pack / "skills/.releases/one/1.1.1").exists()


versions = st.tuples(*[st.integers(0, 3)] * 3).map(lambda parts: ".".join(map(str, parts)))


@given(st.sets(versions, max_size=6), st.sets(versions, max_size=4), st.booleans())
def test_missing_entries_take_their_places_and_the_others_stay(there: set[str], more: set[str], crlf: bool) -> None:  # noqa: FBT001  a parameter of the test
    falling = sorted(there, key=Version.parse, reverse=True)
    log = "# Changelog of one\n" + "".join(f"\n## {each}\n\nOf {each}.\n" for each in falling)
    log = log.replace("\n", "\r\n") if crlf else log
    whole = with_entries(log, [Entry(version=each, text=f"Of {each}.") for each in sorted(more - there)])
    found = entries(whole)
    assert [entry.version for entry in found] == sorted(there | more, key=Version.parse, reverse=True)
    assert all(entry.text == f"Of {entry.version}." for entry in found)
    assert ("\r\n" in whole) == crlf
