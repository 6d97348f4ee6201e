from __future__ import annotations

import os
import time
from pathlib import Path

from backwright.catalog.loader import read_tree
from backwright.catalog.skill import SkillFile
from backwright.catalog.stamp import RACY_NS, Seen, remember, settled, stamp_of

OLD = (1, 10**18, 10**18, 7)
FILE = SkillFile.of("SKILL.md", b"x")


def test_a_file_that_changed_just_now_is_not_known_again_by_its_stamp() -> None:
    now = time.time_ns()
    young = (1, 10**18, now, 7)
    assert not settled(young, now)
    assert settled(young, now + RACY_NS + 1)


def test_only_what_is_settled_is_remembered() -> None:
    seen: Seen = {"gone.md": (OLD, FILE)}
    remember(seen, {"old.md": (OLD, FILE), "young.md": ((1, time.time_ns(), 0, 7), FILE)})
    assert seen == {"old.md": (OLD, FILE)}


def test_a_file_with_the_same_stamp_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "SKILL.md"
    path.write_bytes(b"as it is")
    seen: Seen = {"SKILL.md": (stamp_of(path.lstat()), FILE)}
    assert read_tree(tmp_path, "skills/one", seen) == (FILE,)


def test_a_file_with_another_stamp_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "SKILL.md"
    path.write_bytes(b"first")
    seen: Seen = {"SKILL.md": (stamp_of(path.lstat()), FILE)}
    path.write_bytes(b"other")
    os.utime(path, ns=(10**18, 10**18))
    assert [file.data for file in read_tree(tmp_path, "skills/one", seen)] == [b"other"]


def test_a_replaced_file_of_the_same_size_and_time_has_another_stamp(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_bytes(b"12345")
        os.utime(path, ns=(10**18, 10**18))
    assert stamp_of(first.lstat()) != stamp_of(second.lstat())
