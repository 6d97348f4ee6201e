"""A folder of outputs: only what a build wrote is replaced or taken away, whatever the list in the folder says."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright._files import digest
from backwright._outputs import write_folder
from backwright.cli.main import main
from backwright.errors import InvalidInputError, PathOutsideRootError

LISTING = ".list"
NEW = [("a.txt", b"a"), ("b/c.txt", b"c")]


def listed(folder: Path, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / LISTING).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def held(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != LISTING)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_what_a_build_wrote_the_next_replaces(tmp_path: Path) -> None:
    first = write_folder(tmp_path / "out", NEW, LISTING)
    again = write_folder(tmp_path / "out", [("a.txt", b"other")], LISTING)
    assert (first.files, first.size, first.removed) == (2, 2, 0)
    assert (again.files, again.size, again.removed) == (1, 5, 1)
    assert held(tmp_path / "out") == {"a.txt": b"other"}


def test_the_same_build_again_writes_no_file_anew(tmp_path: Path) -> None:
    write_folder(tmp_path, NEW, LISTING)
    before = (tmp_path / "a.txt").stat().st_ino
    write_folder(tmp_path, NEW, LISTING)
    assert (tmp_path / "a.txt").stat().st_ino == before


@pytest.mark.parametrize("name", ["a.txt", "old.txt"], ids=["overwritten", "deleted"])
@pytest.mark.parametrize("line", ["{name}", "{other}  {name}"], ids=["a name alone", "another digest"])
def test_a_list_that_a_repository_brings_along_makes_no_file_of_the_user_s_go(
    name: str, line: str, tmp_path: Path
) -> None:
    listed(tmp_path, line.format(name=name, other=digest(b"x")))
    (tmp_path / name).write_bytes(b"precious")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_folder(tmp_path, NEW, LISTING)
    assert held(tmp_path) == {name: b"precious"}


@pytest.mark.parametrize("name", [".git/HEAD", "x/.GIT/config"])
def test_what_git_keeps_is_of_no_build(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"ref: refs/heads/main\n")
    listed(tmp_path, f"{digest(path.read_bytes())}  {name}")
    with pytest.raises(InvalidInputError):
        write_folder(tmp_path, NEW, LISTING)
    assert path.is_file()


@pytest.mark.parametrize("name", ["../outside.txt", "link/outside.txt", "/etc/hostname"])
def test_a_list_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_bytes(b"precious")
    listed(tmp_path / "out", f"{digest(b'precious')}  {name}")
    (tmp_path / "out" / "link").symlink_to(tmp_path)
    with pytest.raises(PathOutsideRootError):
        write_folder(tmp_path / "out", NEW, LISTING)
    assert (tmp_path / "outside.txt").is_file()


@pytest.mark.parametrize("listing", ["link", "folder", "no text"])
def test_a_list_that_is_no_plain_text_file_is_refused(listing: str, tmp_path: Path) -> None:
    path = tmp_path / LISTING
    if listing == "link":
        (tmp_path / "real").write_text("", encoding="utf-8")
        path.symlink_to(tmp_path / "real")
    elif listing == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        write_folder(tmp_path, NEW, LISTING)
    assert not (tmp_path / "a.txt").exists()


def test_a_build_that_was_interrupted_is_replaced_by_the_next(tmp_path: Path) -> None:
    write_folder(tmp_path, NEW, LISTING)
    # The list is written first, with what is there and what is to come.
    listed(tmp_path, *(f"{digest(data)}  a.txt" for data in (b"a", b"new")), f"{digest(b'c')}  b/c.txt")
    (tmp_path / "a.txt").write_bytes(b"new")
    write_folder(tmp_path, [("a.txt", b"newer")], LISTING)
    assert held(tmp_path) == {"a.txt": b"newer"}


@pytest.mark.parametrize("link", ["dist", "dist/links"])
def test_a_link_in_the_place_of_the_folder_is_not_followed(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    Path(link).parent.mkdir(exist_ok=True)
    Path(link).symlink_to(tmp_path / "elsewhere")
    assert main(["bundle", "links"]) == 2
    assert "is a link" in capsys.readouterr().err
    assert held(tmp_path / "elsewhere") == {}
