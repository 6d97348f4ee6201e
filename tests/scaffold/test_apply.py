from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import PathOutsideRootError, PlanConflictError, PlanStaleError, WriteFailedError
from backwright.scaffold.apply import apply
from backwright.scaffold.disk import Change, write_all
from backwright.scaffold.plan import FileAction, Plan
from tests.scaffold._projects import tree


def plan_of(*actions: FileAction) -> Plan:
    return Plan("x", "t@1", actions)


def create(path: str, text: str = "new\n") -> FileAction:
    return FileAction("create", path, None, text, "new")


def test_every_file_is_written_with_its_folders(tmp_path: Path) -> None:
    applied = apply(plan_of(create("a/b/c.py", "1\n"), create("d.py", "2\n")), tmp_path)
    assert applied.written == ("a/b/c.py", "d.py")
    assert (tmp_path / "a/b/c.py").read_bytes() == b"1\n"
    assert (tmp_path / "d.py").stat().st_mode & 0o777 == 0o644


def test_the_mode_of_a_file_that_is_edited_stays(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("a\n")
    (tmp_path / "run.py").chmod(0o755)
    apply(plan_of(FileAction("edit", "run.py", "a\n", "b\n", "")), tmp_path)
    assert (tmp_path / "run.py").stat().st_mode & 0o777 == 0o755


def test_another_digest_than_the_one_shown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanStaleError):
        apply(plan_of(create("a.py")), tmp_path, expect="sha256:0")
    assert tree(tmp_path) == {}


def test_a_conflict_forbids_everything(tmp_path: Path) -> None:
    conflict = FileAction("conflict", "b.py", "theirs", None, "it is there")
    with pytest.raises(PlanConflictError, match=r"b\.py"):
        apply(plan_of(create("a.py"), conflict), tmp_path)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("before", [None, "old\n"], ids=["appeared", "changed"])
def test_a_file_that_moved_since_the_plan_forbids_everything(tmp_path: Path, before: str | None) -> None:
    (tmp_path / "b.py").write_text("theirs\n")
    with pytest.raises(PlanStaleError, match=r"b\.py"):
        write_all(tmp_path, [Change("a.py", None, "1"), Change("b.py", before, "mine")])
    assert tree(tmp_path) == {"b.py": b"theirs\n"}


def test_a_planted_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "src").symlink_to(outside, target_is_directory=True)
    with pytest.raises(PathOutsideRootError):
        write_all(root, [Change("a.py", None, "1"), Change("src/b.py", None, "1")])
    assert tree(outside) == {}
    assert not (root / "a.py").exists()


def test_a_planted_link_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("theirs")
    (tmp_path / "a.py").symlink_to(tmp_path / "victim")
    with pytest.raises(PathOutsideRootError):
        write_all(tmp_path, [Change("a.py", None, "1")])
    assert (tmp_path / "victim").read_text() == "theirs"


@pytest.mark.parametrize("path", ["../a.py", "/etc/a.py", "a/../../b.py", "a\0b", "a\\b", "C:/a"])
def test_a_path_outside_the_root_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PathOutsideRootError):
        write_all(tmp_path, [Change(path, None, "1")])


def test_a_pipe_in_the_place_of_a_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(PlanConflictError):
        write_all(tmp_path, [Change("a.py", None, "1")])


def test_a_name_that_the_disk_refuses_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("old\n")
    long = f"new/folder/{'x' * 256}"
    with pytest.raises(WriteFailedError):
        write_all(tmp_path, [Change("old.py", "old\n", "new\n"), Change(long, None, "1")])
    assert tree(tmp_path) == {"old.py": b"old\n"}


def test_a_write_that_fails_half_way_puts_back_what_was_moved(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("old\n")
    (tmp_path / "gone.py").write_text("gone\n")
    # The third change makes a folder of the second one's name, which then cannot become a file.
    changes = [
        Change("old.py", "old\n", "new\n"),
        Change("gone.py", "gone\n", None),
        Change("fresh.py", None, "1"),
        Change("clash", None, "1"),
        Change("clash/file.py", None, "1"),
    ]
    with pytest.raises(WriteFailedError):
        write_all(tmp_path, changes)
    assert tree(tmp_path) == {"old.py": b"old\n", "gone.py": b"gone\n"}


@given(
    before=st.text(st.characters(codec="utf-8"), max_size=20), after=st.text(st.characters(codec="utf-8"), max_size=20)
)
def test_a_text_reaches_the_disk_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str
) -> None:
    root = tmp_path_factory.mktemp("bytes")
    (root / "a").write_bytes(before.encode())
    write_all(root, [Change("a", before, after)])
    assert (root / "a").read_bytes() == after.encode()
