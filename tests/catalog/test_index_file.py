"""The file in the cache folder: what was written comes back, and what anyone else could have written does not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright import __version__
from backwright.catalog.index_file import FORMAT, MAX_BYTES, MOST, IndexFile

CONTENT = b'{"what": "was written"}\n\x00'
needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows keeps no modes")


@pytest.fixture
def written(tmp_path: Path) -> IndexFile:
    file = IndexFile(tmp_path / "cache", tmp_path / "pack")
    assert file.write(CONTENT)
    return file


def test_what_was_written_is_read_and_only_for_the_same_pack(written: IndexFile, tmp_path: Path) -> None:
    assert IndexFile(tmp_path / "cache", tmp_path / "pack").read() == CONTENT
    assert IndexFile(tmp_path / "cache", tmp_path / "other").read() is None
    written.remove()
    assert written.read() is None


def test_where_nothing_was_written_there_is_nothing_to_read_or_to_remove(tmp_path: Path) -> None:
    file = IndexFile(tmp_path / "cache", tmp_path / "pack")
    assert file.read() is None
    file.remove()
    assert not (tmp_path / "cache").exists()


@needs_modes
def test_the_file_and_its_folder_are_for_their_user_alone(written: IndexFile) -> None:
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in written.path.parent.iterdir()] == [written.path.name]


def _linked(file: IndexFile) -> None:
    file.path.rename(file.path.with_suffix(".real"))
    file.path.symlink_to(file.path.with_suffix(".real"))


def _folder_linked(file: IndexFile) -> None:
    folder = file.path.parent
    folder.rename(folder.with_name("real"))
    folder.symlink_to(folder.with_name("real"), target_is_directory=True)


def _a_folder(file: IndexFile) -> None:
    file.path.unlink()
    file.path.mkdir()


def _a_pipe(file: IndexFile) -> None:
    file.path.unlink()
    os.mkfifo(file.path)


def _others_may_write(file: IndexFile) -> None:
    file.path.chmod(0o666)


def _others_may_write_beside(file: IndexFile) -> None:
    file.path.parent.chmod(0o777)


def _anothers(file: IndexFile) -> None:
    if os.getuid() != 0:
        pytest.skip("only root gives a file away")
    os.chown(file.path, 12345, 12345)


def _too_large(file: IndexFile) -> None:
    with file.path.open("r+b") as opened:
        opened.truncate(MAX_BYTES + 1)


def _head(file: IndexFile, **changed: object) -> None:
    head, _, rest = file.path.read_bytes().partition(b"\n")
    file.path.write_bytes(json.dumps(json.loads(head) | changed).encode() + b"\n" + rest)


@needs_modes
@pytest.mark.parametrize(
    "spoil",
    [
        _linked,
        _folder_linked,
        _a_folder,
        _a_pipe,
        _others_may_write,
        _others_may_write_beside,
        _anothers,
        _too_large,
        lambda file: _head(file, format=FORMAT + 1),
        lambda file: _head(file, product=f"{__version__}.1"),
        lambda file: _head(file, sha256="0" * 64),
        lambda file: file.path.write_bytes(b""),
        lambda file: file.path.write_bytes(CONTENT),
    ],
)
def test_a_file_that_is_not_whole_and_ours_is_as_if_there_were_none(
    spoil: Callable[[IndexFile], object], written: IndexFile
) -> None:
    spoil(written)
    assert written.read() is None


@given(at=st.integers(0, 10**6), byte=st.integers(1, 255), cut=st.booleans())
def test_a_file_with_one_byte_other_or_a_part_missing_is_not_read(
    at: int, byte: int, *, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = IndexFile(tmp_path_factory.mktemp("cache"), Path("pack"))
    assert file.write(CONTENT)
    good = file.path.read_bytes()
    at %= len(good)
    file.path.write_bytes(good[:at] if cut else good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :])
    assert file.read() is None


@needs_modes
def test_a_folder_that_others_may_write_is_not_written_to(written: IndexFile) -> None:
    written.remove()
    _others_may_write_beside(written)
    assert not written.write(CONTENT)
    assert not written.path.exists()


def test_a_cache_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    file = IndexFile(tmp_path / "cache", tmp_path / "pack")
    assert not file.write(CONTENT)
    assert file.read() is None


def test_what_is_too_large_to_be_read_is_not_written(tmp_path: Path) -> None:
    file = IndexFile(tmp_path / "cache", tmp_path / "pack")
    assert not file.write(bytes(MAX_BYTES))
    assert not file.path.exists()


def test_only_the_newest_indexes_and_nothing_half_written_are_kept(written: IndexFile, tmp_path: Path) -> None:
    folder = written.path.parent
    for number in range(MOST + 3):
        other = folder / f"{number:032x}.json"
        other.write_bytes(b"")
        os.utime(other, (number, number))
    (folder / ".left.tmp").write_bytes(b"")
    os.utime(folder / ".left.tmp", (1, 1))
    (folder / ".being-written.tmp").write_bytes(b"")
    assert written.write(CONTENT)
    left = {path.name for path in folder.iterdir()}
    newest = {f"{number:032x}.json" for number in range(3, MOST + 3)}
    assert left == newest | {written.path.name, ".being-written.tmp"}
