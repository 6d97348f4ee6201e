from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

import pytest

from backwright.errors import RecordUnreadableError, SessionNotFoundError
from backwright.record import loaded as module
from backwright.record.loaded import DAY, HANDLE, Loaded, Records

ONE = Loaded(skill="one", version="1.0.0", digest="sha256:1", uri="skill://one/SKILL.md")
TWO = Loaded(skill="two", version="2.0.0", digest="sha256:2", uri="skill://two/SKILL.md")


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000_000.0

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "disk"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Records:
    return Records(tmp_path / "state" if request.param == "disk" else None, clock)


def names(records: Records, session: str) -> list[str]:
    return [each.skill for each in records.read(session).skills]


def test_what_is_loaded_under_a_handle_is_remembered_in_order_and_once(records: Records) -> None:
    session, word = records.note(None, ONE)
    assert HANDLE.fullmatch(session)
    assert word == ""
    first = records.read(session).skills[0].first
    assert records.note(session, TWO) == (session, "")
    assert records.note(session, ONE) == (session, "")
    assert names(records, session) == ["one", "two"]
    assert records.read(session).skills[0].first == first == "2001-09-09T01:46:41+00:00"


def test_another_version_or_other_bytes_are_another_entry(records: Records) -> None:
    session, _ = records.note(None, ONE)
    records.note(session, ONE.model_copy(update={"version": "1.1.0"}))
    records.note(session, ONE.model_copy(update={"digest": "sha256:9"}))
    assert len(records.read(session).skills) == 3


def test_each_handle_is_another(records: Records) -> None:
    assert len({records.note(None, ONE)[0] for _ in range(50)}) == 50


@pytest.mark.parametrize("session", ["", "a" * 20, "../../etc/passwd", "A" * 20, "a" * 19 + "\n", "x" * 10_000])
def test_a_handle_that_was_never_given_is_not_found_and_a_new_one_begins(records: Records, session: str) -> None:
    with pytest.raises(SessionNotFoundError):
        records.read(session)
    new, word = records.note(session, ONE)
    assert new != session
    assert "a new one begins" in word
    assert names(records, new) == ["one"]


def test_a_handle_that_is_not_used_for_long_expires(records: Records, clock: Clock) -> None:
    session, _ = records.note(None, ONE)
    clock.at += 31 * DAY
    with pytest.raises(SessionNotFoundError):
        records.read(session)


def test_the_skills_of_one_handle_are_bounded(records: Records) -> None:
    session, _ = records.note(None, ONE)
    for number in range(module.MOST_SKILLS + 5):
        records.note(session, ONE.model_copy(update={"skill": f"s{number}"}))
    found = names(records, session)
    assert (len(found), found[-1]) == (module.MOST_SKILLS, f"s{module.MOST_SKILLS + 4}")


def test_handles_in_memory_are_bounded_and_the_last_used_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IN_MEMORY", 3)
    records = Records()
    first, second, *_ = [records.note(None, ONE)[0] for _ in range(3)]
    records.note(first, TWO)
    records.note(None, ONE)
    assert names(records, first) == ["one", "two"]
    with pytest.raises(SessionNotFoundError):
        records.read(second)


def test_handles_on_disk_are_bounded_and_foreign_files_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ON_DISK", 3)
    monkeypatch.setattr(module, "PRUNE_EVERY", 1)
    (tmp_path / "notes.json").write_text("mine", encoding="utf-8")
    records = Records(tmp_path)
    sessions = []
    for number in range(5):
        sessions.append(records.note(None, ONE)[0])
        records.flush()
        # So that each has an age of its own, whatever the tick of the file system's clock.
        age = time.time() - 100 + number
        os.utime(tmp_path / f"{sessions[-1]}.json", (age, age))
    assert {path.stem for path in tmp_path.iterdir()} == {*sessions[2:], "notes"}


def test_another_process_goes_on_with_what_is_on_disk(tmp_path: Path) -> None:
    session, _ = Records(tmp_path).note(None, ONE)
    assert Records(tmp_path).note(session, TWO) == (session, "")
    assert names(Records(tmp_path), session) == ["one", "two"]


def test_only_the_user_can_read_what_is_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "loaded"
    session, _ = Records(folder).note(None, ONE)
    assert stat.S_IMODE((folder / f"{session}.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [f"{session}.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"session": 1}', "\0" * 10, '{"session":"%s","used":1,"skills":[1]}']
)
def test_a_damaged_file_is_named_and_stops_nothing(tmp_path: Path, text: str) -> None:
    records = Records(tmp_path)
    session, _ = records.note(None, ONE)
    path = tmp_path / f"{session}.json"
    path.write_text(text.replace("%s", session), encoding="utf-8")
    with pytest.raises(RecordUnreadableError, match=session) as caught:
        records.read(session)
    assert "delete" in caught.value.hint
    new, word = records.note(session, TWO)
    assert new != session
    assert "cannot be used" in word
    assert path.read_text(encoding="utf-8") == text.replace("%s", session)


def test_a_record_under_another_name_or_behind_a_link_is_not_taken(tmp_path: Path) -> None:
    records = Records(tmp_path)
    session, _ = records.note(None, ONE)
    path = tmp_path / f"{session}.json"
    path.rename(tmp_path / f"{'a' * 20}.json")
    with pytest.raises(RecordUnreadableError, match="another session"):
        records.read("a" * 20)
    path.symlink_to(tmp_path / f"{'a' * 20}.json")
    with pytest.raises(RecordUnreadableError):
        records.read(session)


def test_what_waits_to_be_written_is_read_and_written_before_the_end(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.note(None, ONE)
    session, word = records.note(None, ONE)
    records.note(session, TWO)
    assert word == ""
    assert names(records, session) == ["one", "two"]
    records.flush()
    assert names(Records(tmp_path), session) == ["one", "two"]


def test_what_another_process_added_meanwhile_is_kept(tmp_path: Path) -> None:
    ours, theirs = Records(tmp_path), Records(tmp_path)
    session, _ = ours.note(None, ONE)
    ours.note(session, ONE.model_copy(update={"skill": "three"}))
    theirs.note(session, TWO)
    ours.flush()
    assert set(names(Records(tmp_path), session)) == {"one", "two", "three"}


def test_a_disk_that_refuses_later_is_logged_and_told_with_the_next_skill(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "loaded"
    records = Records(folder)
    records.note(None, ONE)
    shutil.rmtree(folder)
    folder.touch()
    assert records.note(None, ONE)[1] == ""
    records.flush()
    assert "could not be recorded" in caplog.text
    assert "could not be recorded" in records.note(None, ONE)[1]
    folder.unlink()
    session, word = records.note(None, ONE)
    assert (word, names(Records(folder), session)) == ("", ["one"])


def test_a_disk_that_refuses_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    session, word = Records(tmp_path / "file" / "loaded").note(None, ONE)
    assert HANDLE.fullmatch(session)
    assert "could not be recorded" in word
