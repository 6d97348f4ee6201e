from __future__ import annotations

import json
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import RecordUnreadableError, ReviewNotFoundError, TooLargeError
from backwright.record import reviews as module
from backwright.record.reviews import HANDLE, HOUR, Reviews, handle_of

ME, OTHER = "user 1000 at /work", "user 1000 at /elsewhere"
ONE = handle_of("one")


class Clock:
    """A clock that stands unless it is set."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Reviews:
    return Reviews(tmp_path / "state" if request.param == "disk" else None, clock)


@given(st.lists(st.text()))
def test_the_same_review_has_the_same_handle_and_another_one_another(parts: list[str]) -> None:
    assert HANDLE.fullmatch(handle_of(*parts))
    assert handle_of(*parts) == handle_of(*parts)
    assert handle_of(*parts) != handle_of(*parts, "")


def test_parts_do_not_run_into_each_other() -> None:
    assert handle_of("ab", "c") != handle_of("a", "bc")


@given(st.binary(max_size=2_000))
def test_what_is_kept_is_read_byte_by_byte(data: bytes) -> None:
    store = Reviews()
    store.keep(ME, ONE, data)
    assert store.read(ME, ONE) == data


def test_what_is_kept_again_replaces_what_was(store: Reviews) -> None:
    store.keep(ME, ONE, b"old")
    store.keep(ME, ONE, b"new")
    assert store.read(ME, ONE) == b"new"


def test_the_handle_of_another_caller_and_one_that_never_was_are_answered_alike(store: Reviews) -> None:
    store.keep(ME, ONE, b"mine")
    answers = set()
    for caller, handle in ((OTHER, ONE), (ME, handle_of("two")), (ME, "../../etc/passwd"), (ME, ""), (ME, ONE + "\n")):
        with pytest.raises(ReviewNotFoundError) as refused:
            store.read(caller, handle)
        answers.add((refused.value.message, refused.value.hint))
    assert len(answers) == 1
    store.keep(OTHER, ONE, b"theirs")
    assert (store.read(ME, ONE), store.read(OTHER, ONE)) == (b"mine", b"theirs")


def test_an_entry_expires_a_day_after_its_last_use(store: Reviews, clock: Clock) -> None:
    store.keep(ME, ONE, b"x")
    clock.at += 23 * HOUR
    assert store.read(ME, ONE) == b"x"
    store.keep(ME, ONE, b"x")
    clock.at += 24 * HOUR
    assert store.read(ME, ONE) == b"x"
    clock.at += 1
    with pytest.raises(ReviewNotFoundError, match="no review is kept") as expired:
        store.read(ME, ONE)
    assert "24 hours" in expired.value.hint


def test_entries_in_memory_are_bounded_and_the_last_used_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    store = Reviews()
    for name in ("a", "b", "a", "c"):
        store.keep(ME, handle_of(name), name.encode())
    assert (store.read(ME, handle_of("a")), store.read(ME, handle_of("c"))) == (b"a", b"c")
    with pytest.raises(ReviewNotFoundError):
        store.read(ME, handle_of("b"))


def test_entries_on_disk_are_bounded_by_number_age_and_size_and_other_files_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    (tmp_path / "notes.json").write_text("mine", encoding="utf-8")
    store = Reviews(tmp_path)
    for number in range(6):
        store.keep(ME, handle_of(str(number)), os.urandom(100))
        entries = (path for path in tmp_path.glob("[a-z2-7]*.json") if path.name != "notes.json")
        newest = max(entries, key=lambda path: path.stat().st_mtime_ns)
        age = time.time() - 1_000 + number
        os.utime(newest, (age, age))
    kept = [number for number in range(6) if _is_kept(store, str(number))]
    assert kept == [3, 4, 5]
    monkeypatch.setattr(module, "ALL_BYTES", 250)
    store.keep(ME, handle_of("7"), b"x")
    assert _is_kept(store, "7")
    assert not _is_kept(store, "3")
    assert (tmp_path / "notes.json").read_text(encoding="utf-8") == "mine"


def _is_kept(store: Reviews, name: str) -> bool:
    try:
        store.read(ME, handle_of(name))
    except ReviewNotFoundError:
        return False
    return True


def test_what_is_too_large_is_refused_and_leaves_the_entry_as_it_was(
    store: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(ME, ONE, b"small")
    monkeypatch.setattr(module, "MOST_BYTES", 1_000)
    with pytest.raises(TooLargeError, match="the review has"):
        store.keep(ME, ONE, os.urandom(1_000))
    assert store.read(ME, ONE) == b"small"


def test_only_the_user_can_read_what_is_on_disk_and_no_file_is_left_over(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "reviews"
    store = Reviews(folder)
    with store.change():
        store.keep(ME, ONE, b"x")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".json"]


def test_another_process_reads_what_is_on_disk(tmp_path: Path) -> None:
    Reviews(tmp_path).keep(ME, ONE, b"kept")
    assert Reviews(tmp_path).read(ME, ONE) == b"kept"


def _only(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", "\0" * 9, '{"name": "x", "used": 1, "packed": ""}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    store = Reviews(tmp_path)
    store.keep(ME, ONE, b"x")
    _only(tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(RecordUnreadableError, match=r"cannot be used") as damaged:
        store.read(ME, ONE)
    assert "delete" in damaged.value.hint


@pytest.mark.parametrize("packed", ["", "!!", "AAAA", "eJw=", "e" * 40])
def test_damaged_content_is_named(tmp_path: Path, packed: str) -> None:
    store = Reviews(tmp_path)
    store.keep(ME, ONE, b"x")
    path = _only(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"packed": packed}), encoding="utf-8")
    with pytest.raises(RecordUnreadableError, match="its content is damaged"):
        store.read(ME, ONE)


def test_a_file_under_another_name_or_behind_a_link_is_not_taken(tmp_path: Path) -> None:
    store = Reviews(tmp_path / "mine")
    store.keep(ME, ONE, b"x")
    path = _only(tmp_path / "mine")
    data = path.read_bytes()
    other = Reviews(tmp_path / "theirs")
    other.keep(OTHER, ONE, b"y")
    path.write_bytes(_only(tmp_path / "theirs").read_bytes())
    with pytest.raises(RecordUnreadableError, match="another review"):
        store.read(ME, ONE)
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(data)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordUnreadableError):
        store.read(ME, ONE)


def test_a_disk_that_refuses_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Reviews(tmp_path / "file" / "reviews").keep(ME, ONE, b"x")


def test_changes_from_many_threads_lose_nothing(store: Reviews) -> None:
    store.keep(ME, ONE, b"")

    def add() -> None:
        for _ in range(10):
            with store.change():
                store.keep(ME, ONE, store.read(ME, ONE) + b"x")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert store.read(ME, ONE) == b"x" * 40
