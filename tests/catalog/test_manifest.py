"""The manifest: the same pack gives the same bytes, and each difference is listed by name."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backwright._hidden import find_hidden
from backwright.catalog.manifest import MANIFEST, build_manifest, check, load_unlocked, read, update
from backwright.catalog.pack import find_pack
from backwright.catalog.pins import FilePin, Manifest, SkillPin, dump
from backwright.catalog.problem import Code, ProblemError
from tests.catalog._packs import write_pack, write_release, write_skill

digests = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
paths = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=12).filter(
    # A key that reads `<<` is refused as a merge key, and no skill may hold a file of that name.
    lambda path: find_hidden(path) is None and path != "<<"
)
pins = st.builds(
    SkillPin,
    version=st.sampled_from(("1.0.0", "0.1.0-rc.1+b")),
    digest=digests,
    files=st.dictionaries(
        paths, st.builds(FilePin, digest=digests, size=st.integers(0, 2**40)), min_size=1, max_size=4
    ).filter(lambda files: len({unicodedata.normalize("NFKC", path).casefold() for path in files}) == len(files)),
)
names = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
manifests = st.builds(
    Manifest,
    skills=st.dictionaries(names, pins, max_size=3),
    releases=st.dictionaries(names, st.dictionaries(st.sampled_from(("1.0.0", "1.1.0")), pins, min_size=1), max_size=2),
)


def findings(pack: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in check(pack)]


def test_the_manifest_of_the_pack_is_up_to_date() -> None:
    assert [str(problem) for problem in check(find_pack())] == []


def test_writing_twice_gives_the_same_bytes_and_the_second_time_writes_nothing(tmp_path: Path) -> None:
    write_pack(tmp_path, "two", "one")
    before = (tmp_path / MANIFEST).read_bytes()
    assert not update(tmp_path).written
    assert (tmp_path / MANIFEST).read_bytes() == before
    assert before.endswith(b"\n")


def test_the_bytes_do_not_depend_on_the_order_of_the_skills(tmp_path: Path) -> None:
    skills, _ = load_unlocked(write_pack(tmp_path, "one", "two"))
    assert dump(build_manifest(skills)) == dump(build_manifest(reversed(skills)))


def test_it_pins_version_digest_and_each_file_with_its_size(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    pin = read(pack).skills["one"]
    assert pin.version == "1.0.0"
    assert sorted(pin.files) == ["SKILL.md", "references/more.md"]
    assert pin.files["references/more.md"].size == (pack / "skills/one/references/more.md").stat().st_size


@given(manifests)
def test_what_is_written_is_read_back_here_and_by_any_yaml_parser(manifest: Manifest) -> None:
    from backwright.catalog.frontmatter import LARGE, load_yaml
    from backwright.catalog.validate import check_model

    text = dump(manifest).decode()
    assert check_model(Manifest, load_yaml(text, MANIFEST, limits=LARGE), MANIFEST) == manifest
    assert yaml.safe_load(text)["skills"] == manifest.model_dump()["skills"]


def test_a_pack_that_agrees_has_no_findings(tmp_path: Path) -> None:
    assert check(write_pack(tmp_path, "one", "two")) == ()


def test_each_mismatch_is_listed_by_name(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "three", "two")
    (pack / "skills/one/references/more.md").write_bytes(b"tampered")
    (pack / "skills/one/extra.md").write_bytes(b"")
    (pack / "skills/two/references/more.md").unlink()
    for path in sorted((pack / "skills/three").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (pack / "skills/three").rmdir()
    write_skill(pack / "skills", "four")
    assert findings(pack) == [
        (Code.UNLOCKED_SKILL, "skills/four"),
        (Code.DIGEST_MISMATCH, "skills/one/extra.md"),
        (Code.DIGEST_MISMATCH, "skills/one/references/more.md"),
        (Code.DIGEST_MISMATCH, "skills/two/references/more.md"),
        (Code.MISSING_SKILL, "skills/three"),
    ]


def test_a_skill_that_cannot_be_read_is_listed_and_not_called_missing(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/one/SKILL.md").write_bytes(b"no frontmatter")
    assert findings(pack) == [(Code.NO_FRONTMATTER, "skills/one/SKILL.md")]


def test_a_digest_of_the_folder_that_its_files_do_not_have_is_found(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    manifest = read(pack)
    pin = manifest.skills["one"].model_copy(update={"digest": f"sha256:{'0' * 64}"})
    (pack / MANIFEST).write_bytes(dump(Manifest(skills={"one": pin})))
    assert [code for code, _ in findings(pack)] == [Code.DIGEST_MISMATCH]


def test_a_manifest_that_was_edited_by_hand_is_found_even_where_its_digests_are_right(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    (pack / MANIFEST).write_bytes((pack / MANIFEST).read_bytes() + b"# mine\n")
    assert findings(pack) == [(Code.MANIFEST_INVALID, MANIFEST)]


def test_a_version_that_the_manifest_pins_otherwise_is_found(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    text = (pack / MANIFEST).read_text(encoding="utf-8")
    (pack / MANIFEST).write_text(text.replace('"1.0.0"', '"9.0.0"'), encoding="utf-8")
    assert findings(pack) == [(Code.MANIFEST_INVALID, MANIFEST)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", Code.MANIFEST_INVALID, None),
        ("format: 2\nskills: {}\n", Code.FIELD_INVALID, 1),
        ("format: 1\nskills: {}\nmore: 1\n", Code.FIELD_UNKNOWN, 3),
        ("format: 1\nskills:\n  one: {version: '1.0.0', digest: x, files: {}}\n", Code.FIELD_INVALID, 3),
        ("format: 1\nskills: &a {}\n", Code.YAML_ALIAS, 2),
        ("\ufeffformat: 1\n", Code.ENCODING, 1),
    ],
)
def test_a_manifest_that_was_not_generated_is_refused(text: str, code: Code, line: int | None, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as refused:
        read(tmp_path)
    assert (refused.value.problem.code, refused.value.problem.line) == (code, line)


def test_a_manifest_that_is_a_link_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, "one")
    (tmp_path / MANIFEST).rename(tmp_path / "real.yaml")
    (tmp_path / MANIFEST).symlink_to("real.yaml")
    with pytest.raises(ProblemError) as refused:
        read(tmp_path)
    assert refused.value.problem.code is Code.MANIFEST_INVALID


def test_nothing_is_written_while_a_skill_is_unsound(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    before = (pack / MANIFEST).read_bytes()
    (pack / "skills/two/references/more.md").write_bytes(b"new")
    (pack / "skills/one/SKILL.md").write_bytes(b"no frontmatter")
    done = update(pack)
    assert not done.written
    assert [problem.path for problem in done.problems] == ["skills/one/SKILL.md"]
    assert (pack / MANIFEST).read_bytes() == before


def test_a_release_is_pinned_by_name_and_version(tmp_path: Path) -> None:
    write_release(tmp_path, "one", "0.9.0")
    pack = write_pack(tmp_path, "one")
    assert list(read(pack).releases["one"]) == ["0.9.0"]
    assert check(pack) == ()


def test_a_released_version_that_changed_is_not_pinned_anew(tmp_path: Path) -> None:
    folder = write_release(tmp_path, "one", "0.9.0")
    pack = write_pack(tmp_path, "one")
    before = (pack / MANIFEST).read_bytes()
    (folder / "references/more.md").write_bytes(b"rewritten history")
    done = update(pack)
    assert [(problem.code, problem.path) for problem in done.problems] == [
        (Code.RELEASE_CHANGED, "skills/.releases/one/0.9.0")
    ]
    assert (pack / MANIFEST).read_bytes() == before


def test_a_head_that_differs_from_the_release_of_its_version_must_raise_its_version(tmp_path: Path) -> None:
    write_skill(tmp_path / "skills", "one", version="1.0.0")
    write_release(tmp_path, "one", "1.0.0", body="# Other\n")
    done = update(tmp_path)
    assert [(problem.code, problem.path, problem.fix) for problem in done.problems] == [
        (Code.RELEASE_CHANGED, "skills/one", "run `backwright release one patch`, or raise metadata.version")
    ]


def test_a_release_whose_folder_is_not_its_version_is_refused(tmp_path: Path) -> None:
    folder = write_release(tmp_path, "one", "1.0.0")
    folder.rename(folder.parent / "1.1.0")
    write_skill(tmp_path / "skills", "one")
    assert [(problem.code, problem.path) for problem in update(tmp_path).problems] == [
        (Code.VERSION_INVALID, "skills/.releases/one/1.1.0/SKILL.md")
    ]


def test_a_pinned_release_that_vanished_is_missing(tmp_path: Path) -> None:
    folder = write_release(tmp_path, "one", "0.9.0")
    pack = write_pack(tmp_path, "one")
    folder.rename(tmp_path / "gone")
    assert findings(pack) == [(Code.MISSING_SKILL, "skills/.releases/one/0.9.0")]


def test_a_pack_without_skills_is_one_problem(tmp_path: Path) -> None:
    assert [problem.code for problem in update(tmp_path).problems] == [Code.PACK_UNREADABLE]
    assert not (tmp_path / MANIFEST).exists()
