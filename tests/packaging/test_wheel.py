"""The wheel carries the package and the whole pack, nothing of the tests, and a checkout reads its own pack."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from backwright.catalog.pack import find_pack
from backwright.catalog.verify import verify

ROOT = Path(__file__).parents[2]
PACK = "backwright/_pack/"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dist")
    for target, source in (("sdist", ROOT), ("wheel", folder / "source")):
        build = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
        subprocess.run(build, cwd=source, check=True, capture_output=True, timeout=120)
        if target == "sdist":
            # As an index's users get it: the wheel is built from the sdist, not from the checkout.
            with tarfile.open(next(folder.glob("*.tar.gz"))) as sdist:
                sdist.extractall(folder, filter="data")
            next(path for path in folder.iterdir() if path.is_dir()).rename(folder / "source")
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_the_wheel_holds_each_file_that_the_manifest_pins(distributions: tuple[Path, Path]) -> None:
    wheel = zipfile.ZipFile(distributions[0])
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))
    heads = {f"{name}/{path}" for name, skill in manifest["skills"].items() for path in skill["files"]}
    releases = {
        f".releases/{name}/{version}/{path}"
        for name, versions in manifest["releases"].items()
        for version, release in versions.items()
        for path in release["files"]
    }
    pinned = {f"{PACK}skills/{path}" for path in heads | releases}
    packed = {name for name in wheel.namelist() if name.startswith(f"{PACK}skills/")}
    assert packed == pinned


def test_the_pack_of_the_wheel_is_what_its_manifest_pins(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    zipfile.ZipFile(distributions[0]).extractall(tmp_path)  # noqa: S202  our own wheel, built a moment ago
    verified = verify(tmp_path / PACK)
    assert verified.problems == ()
    assert verified.releases > 0


def test_the_wheel_holds_every_module_with_its_page_and_no_test(distributions: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(distributions[0]).namelist())
    sources = {
        path.relative_to(ROOT / "server").as_posix()
        for path in (ROOT / "server" / "backwright").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert sources - names == set()
    # Templates hold the tests that they generate; they are part of the pack.
    own = [name for name in names if not name.startswith(PACK)]
    assert [name for name in own if name.startswith("tests") or "/tests/" in name] == []


def test_the_sdist_holds_what_the_wheel_is_built_from(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "manifest.yaml", "README.md", "LICENSE"} <= names
    assert {"server/backwright/app.py", "skills/python-backend/SKILL.md"} <= names


def test_a_checkout_reads_the_checkout_and_no_stale_copy() -> None:
    assert find_pack() == ROOT
