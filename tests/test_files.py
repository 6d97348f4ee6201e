"""Files under a hostile root: joined by component, read bounded, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright._files import digest, read_bounded, safe_join, write_atomic
from backwright.errors import PathOutsideRootError, TooLargeError


@pytest.mark.parametrize("relative", ["a.txt", "a/b/c.txt", "a b/用.txt", ".hidden", "not/there/yet", "a/./b", "a//b"])
def test_a_plain_relative_path_is_joined(relative: str, tmp_path: Path) -> None:
    assert safe_join(tmp_path, relative) == tmp_path.resolve() / relative


@pytest.mark.parametrize(
    "relative",
    [
        "",
        ".",
        "..",
        "../x",
        "a/../../x",
        "a/../x",
        "/etc/passwd",
        "//host/share",
        "~/x",
        "~root/x",
        "C:/x",
        "a:stream",
        "a\\b",
        "..\\x",
        "a\0b",
    ],
)
def test_a_path_that_climbs_or_is_absolute_is_refused(relative: str, tmp_path: Path) -> None:
    with pytest.raises(PathOutsideRootError):
        safe_join(tmp_path, relative)


@pytest.mark.parametrize("relative", ["link", "link/x.txt", "inside", "inside/x.txt", "dangling", "loop", "loop/x"])
def test_no_component_may_be_a_link_not_even_one_that_stays_inside(relative: str, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "real").mkdir(parents=True)
    outside.mkdir()
    (root / "link").symlink_to(outside, target_is_directory=True)
    (root / "inside").symlink_to("real", target_is_directory=True)
    (root / "dangling").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    with pytest.raises(PathOutsideRootError):
        safe_join(root, relative)


def test_a_sibling_whose_name_begins_like_the_root_is_outside(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root-evil").mkdir()
    with pytest.raises(PathOutsideRootError):
        safe_join(tmp_path / "root", "../root-evil/x")


def test_the_root_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to("real", target_is_directory=True)
    assert safe_join(tmp_path / "root", "x") == tmp_path.resolve() / "real" / "x"


@given(
    st.lists(st.sampled_from(("a", "..", ".", "", "/", "b c", "~", "C:", "\0", "\\", "é")), max_size=6).map("/".join)
)
def test_whatever_is_joined_stays_below_the_root(relative: str) -> None:
    root = Path(tempfile.gettempdir())
    try:
        joined = safe_join(root, relative)
    except PathOutsideRootError:
        return
    assert root.resolve() in Path(os.path.normpath(joined)).parents


def test_a_file_is_read_up_to_its_limit_and_refused_beyond(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(TooLargeError, match="5 bytes; the limit is 4"):
        read_bounded(path, 4)
    path.write_bytes(b"")
    assert read_bounded(path, 0) == b""


def test_a_sparse_terabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(TooLargeError):
        read_bounded(tmp_path / "x")


async def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    # A reader of a pipe waits for a writer, and there is none.
    with anyio.fail_after(60), pytest.raises(OSError, match="not a regular file"):
        await anyio.to_thread.run_sync(read_bounded, tmp_path / "pipe", abandon_on_cancel=True)


def test_devices_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    for path in (Path("/dev/zero"), tmp_path, tmp_path / "none"):
        with pytest.raises(OSError, match=r"regular file|directory|such file"):
            read_bounded(path)


def test_a_link_is_followed_only_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    (tmp_path / "link").symlink_to("x")
    assert read_bounded(tmp_path / "link") == b"1"
    with pytest.raises(OSError, match="symbolic links"):
        read_bounded(tmp_path / "link", follow_links=False)


def test_a_file_is_written_with_its_folders_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.txt"
    write_atomic(path, b"one")
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in path.parent.iterdir()] == ["x.txt"]


def test_a_file_that_is_overwritten_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x.sh"
    path.write_bytes(b"one")
    path.chmod(0o750)
    write_atomic(path, b"two")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o750)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "kept").write_bytes(b"")
    with pytest.raises(OSError, match=r"directory|empty"):
        write_atomic(tmp_path / "x", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]


@given(st.binary(max_size=64))
def test_a_digest_is_sha256_in_lower_case_hex(data: bytes) -> None:
    assert digest(data).startswith("sha256:")
    assert len(digest(data)) == 71
    assert digest(data) == digest(data).lower()
    assert digest(data) != digest(data + b"x")


def test_the_digest_of_nothing_is_the_known_one() -> None:
    assert digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
