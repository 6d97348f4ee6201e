"""Where the pack is found: inside an installed package, or beside `server/` of a checkout, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.catalog.pack import PACKAGE, find_pack
from backwright.errors import ManifestError
from tests.catalog._packs import write_pack


def package(root: Path) -> Path:
    folder = root / "server" / "backwright"
    folder.mkdir(parents=True)
    return folder


def test_a_checkout_reads_the_checkout() -> None:
    assert find_pack() == PACKAGE.parent.parent == Path(__file__).parents[2]


def test_an_installed_package_reads_its_own_copy_even_inside_a_checkout(tmp_path: Path) -> None:
    inside = package(write_pack(tmp_path, "one"))
    write_pack(inside / "_pack", "one")
    assert find_pack(inside) == inside / "_pack"


def test_folders_further_up_are_never_looked_at(tmp_path: Path) -> None:
    deep = package(write_pack(tmp_path, "one") / "deeper")
    with pytest.raises(ManifestError) as refused:
        find_pack(deep)
    assert "--pack" in refused.value.hint


@pytest.mark.parametrize("gone", ["manifest.yaml", "skills"])
def test_skills_without_a_manifest_and_a_manifest_without_skills_are_no_pack(gone: str, tmp_path: Path) -> None:
    inside = package(write_pack(tmp_path, "one"))
    (tmp_path / gone).rename(tmp_path / "gone")
    with pytest.raises(ManifestError):
        find_pack(inside)
