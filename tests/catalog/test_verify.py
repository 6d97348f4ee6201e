"""Verification: every file is read from the disk again, and each that is not what is pinned is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.catalog.catalog import load_catalog
from backwright.catalog.manifest import MANIFEST
from backwright.catalog.pack import find_pack
from backwright.catalog.problem import Code
from backwright.catalog.verify import verify, verify_folder
from backwright.errors import IntegrityError
from tests.catalog._packs import write_pack, write_release, write_skill


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Skills one (with a release 0.9.0) and two."""
    write_release(tmp_path, "one", "0.9.0")
    return write_pack(tmp_path, "one", "two")


def findings(pack: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in verify(pack).problems]


def test_the_pack_that_ships_is_what_its_manifest_pins() -> None:
    assert [str(problem) for problem in verify(find_pack()).problems] == []


def test_a_sound_pack_is_counted(pack: Path) -> None:
    found = verify(pack)
    assert (found.skills, found.releases, found.files, found.problems) == (2, 1, 6, ())


@pytest.mark.parametrize("folder", ["skills/one", "skills/.releases/one/0.9.0"])
def test_each_tampered_extra_and_missing_file_is_named(folder: str, pack: Path) -> None:
    (pack / folder / "SKILL.md").write_bytes(b"not even frontmatter")
    (pack / folder / "extra.md").write_bytes(b"")
    (pack / folder / "references/more.md").unlink()
    assert findings(pack) == [
        (Code.DIGEST_MISMATCH, f"{folder}/SKILL.md"),
        (Code.DIGEST_MISMATCH, f"{folder}/extra.md"),
        (Code.DIGEST_MISMATCH, f"{folder}/references/more.md"),
    ]
    found = verify(pack)
    assert found.skills + found.releases == 2


def test_one_flipped_bit_of_the_same_size_is_found(pack: Path) -> None:
    target = pack / "skills/two/references/more.md"
    data = bytearray(target.read_bytes())
    data[0] ^= 1
    target.write_bytes(data)
    assert findings(pack) == [(Code.DIGEST_MISMATCH, "skills/two/references/more.md")]


def test_a_skill_or_release_that_is_gone_or_not_pinned_is_named(pack: Path) -> None:
    (pack / "skills/two").rename(pack / "two")
    (pack / "skills/.releases/one/0.9.0").rename(pack / "0.9.0")
    write_skill(pack / "skills", "three")
    write_release(pack, "one", "0.8.0")
    assert findings(pack) == [
        (Code.UNLOCKED_SKILL, "skills/three"),
        (Code.UNLOCKED_SKILL, "skills/.releases/one/0.8.0"),
        (Code.MISSING_SKILL, "skills/.releases/one/0.9.0"),
        (Code.MISSING_SKILL, "skills/two"),
    ]


def test_a_link_is_named_and_not_followed(pack: Path) -> None:
    target = pack / "skills/one/references/more.md"
    target.rename(pack / "more.md")
    target.symlink_to(pack / "more.md")
    assert findings(pack) == [(Code.SYMLINK, "skills/one/references/more.md")]


def test_without_a_manifest_nothing_is_vouched_for(pack: Path) -> None:
    (pack / MANIFEST).unlink()
    assert [path for _, path in findings(pack)] == [
        MANIFEST,
        "skills/one",
        "skills/two",
        "skills/.releases/one/0.9.0",
    ]
    assert verify(pack).skills == 0


def test_a_folder_without_skills_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"format: 1\nskills: {}\n")
    assert [code for code, _ in findings(tmp_path)] == [Code.PACK_UNREADABLE]


@pytest.mark.parametrize("request_", ["one", "one@0.9.0"])
def test_a_folder_that_changed_since_it_was_loaded_is_refused(request_: str, pack: Path) -> None:
    skill = load_catalog(pack, strict=True).get(request_)
    verify_folder(pack, skill)
    folder = "skills/.releases/one/0.9.0" if skill.released else "skills/one"
    (pack / folder / "references/more.md").write_bytes(b"tampered while serving")
    with pytest.raises(IntegrityError, match=f"{folder}/references/more.md"):
        verify_folder(pack, skill)
