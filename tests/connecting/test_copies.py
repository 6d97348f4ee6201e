"""Copies of skills: refreshed where nobody edited them, left where somebody did, gone when the skill is."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.connecting.copies import LOCK, Outcome, Source, copy, lock_of
from backwright.errors import ConfigurationUnreadableError, PathOutsideRootError

FOLDER = ".claude/skills"
ONE = Source("1.0.0", {"SKILL.md": b"one\n", "references/a.md": b"a\n", "references/b.md": b"b\n"})
TWO = Source("1.1.0", {"SKILL.md": b"two\n", "references/a.md": b"a\n"})


def test_a_copy_holds_the_files_and_the_lock_their_version(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE})
    assert (tmp_path / FOLDER / "tidy" / "references" / "a.md").read_bytes() == b"a\n"
    lock = lock_of(tmp_path, FOLDER)
    assert lock is not None
    assert lock.skills["tidy"].version == "1.0.0"
    assert sorted(lock.skills["tidy"].files) == ["SKILL.md", "references/a.md", "references/b.md"]


def test_the_same_copy_again_changes_nothing(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE})
    (again,) = copy(tmp_path, FOLDER, {"tidy": ONE})
    assert again.files == {}


def test_a_new_version_replaces_what_nobody_edited_and_takes_away_what_is_no_more(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE})
    (done,) = copy(tmp_path, FOLDER, {"tidy": TWO})
    assert (done.before, done.after) == ("1.0.0", "1.1.0")
    assert done.files == {"SKILL.md": Outcome.WRITTEN, "references/b.md": Outcome.REMOVED}
    assert sorted(path.name for path in (tmp_path / FOLDER / "tidy").rglob("*.md")) == ["SKILL.md", "a.md"]


def test_what_somebody_edited_is_kept_and_said_each_time(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE})
    edited = tmp_path / FOLDER / "tidy" / "SKILL.md"
    edited.write_bytes(b"mine\n")
    for _ in range(2):
        (done,) = copy(tmp_path, FOLDER, {"tidy": TWO})
        assert done.files["SKILL.md"] is Outcome.KEPT
        assert edited.read_bytes() == b"mine\n"
    edited.write_bytes(b"one\n")
    (done,) = copy(tmp_path, FOLDER, {"tidy": TWO})
    assert done.files == {"SKILL.md": Outcome.WRITTEN}


def test_a_file_of_the_user_s_own_is_not_written_over(tmp_path: Path) -> None:
    own = tmp_path / FOLDER / "tidy" / "SKILL.md"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine\n")
    (done,) = copy(tmp_path, FOLDER, {"tidy": ONE})
    assert done.files["SKILL.md"] is Outcome.KEPT
    assert own.read_bytes() == b"mine\n"


def test_taken_away_the_folder_is_as_it_was(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE, "other": TWO})
    copy(tmp_path, FOLDER, {"tidy": None, "other": None})
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path: Path) -> None:
    (done,) = copy(tmp_path, FOLDER, {"tidy": ONE}, dry=True)
    assert done.files["SKILL.md"] is Outcome.WRITTEN
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["tidy", "tidy/SKILL.md", LOCK])
def test_a_link_in_the_place_of_a_copy_is_not_written_through(link: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place = tmp_path / "shop" / FOLDER / link
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    with pytest.raises(PathOutsideRootError):
        copy(tmp_path / "shop", FOLDER, {"tidy": ONE})
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"skills": {"tidy": {"version": 1}}}', '{"other": 1}'])
def test_a_lock_that_is_none_is_refused_and_nothing_is_written(text: str, tmp_path: Path) -> None:
    path = tmp_path / FOLDER / LOCK
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationUnreadableError):
        copy(tmp_path, FOLDER, {"tidy": ONE})
    assert list((tmp_path / FOLDER).iterdir()) == [path]


def test_other_line_ends_are_no_edit(tmp_path: Path) -> None:
    copy(tmp_path, FOLDER, {"tidy": ONE})
    (tmp_path / FOLDER / "tidy" / "SKILL.md").write_bytes(b"one\r\n")
    (done,) = copy(tmp_path, FOLDER, {"tidy": TWO})
    assert done.files["SKILL.md"] is Outcome.WRITTEN
