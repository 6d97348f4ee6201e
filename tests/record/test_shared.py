"""Records that several processes share: a handle that one gave is good at another, and neither loses a word."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from backwright.contexts.kept import KeptRecords
from backwright.contexts.store import Store
from backwright.contexts.stores.memory import MemoryStore
from backwright.errors import (
    PlanNotFoundError,
    RecordUnreadableError,
    ReviewNotFoundError,
    SessionNotFoundError,
    StoreUnavailableError,
    TooLargeError,
)
from backwright.record import reviews as reviews_module
from backwright.record import shared as module
from backwright.record.loaded import DAY, MOST_SKILLS, Loaded
from backwright.record.plans import HOURS, Asked
from backwright.record.reviews import HOUR, handle_of, name_of
from backwright.record.shared import SharedPlans, SharedRecords, SharedReviews

ME, OTHER = "ann", "ben"
ONE = handle_of("one")
DIGEST = f"sha256:{'a' * 64}"
ASKED = Asked(root="", kind="service", values={"name": "shop"})


class Clock:
    at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Store:
    return MemoryStore()


@pytest.fixture
def shelf(store: Store) -> KeptRecords:
    return KeptRecords(lambda: store)


def lost() -> Store:
    raise StoreUnavailableError("the store cannot be reached", hint="wait")


def skill(number: int = 1) -> Loaded:
    return Loaded(skill=f"s{number}", version="1.0.0", digest="sha256:0", uri=f"skill://s{number}/SKILL.md")


def appended(text: bytes) -> Callable[[Callable[[], bytes]], bytes]:
    def make(read: Callable[[], bytes]) -> bytes:
        try:
            return read() + text
        except ReviewNotFoundError:
            return text

    return make


# Sessions


def test_a_session_goes_on_in_another_process(shelf: KeptRecords) -> None:
    first, second = SharedRecords(shelf), SharedRecords(shelf)
    session, word = first.note(None, skill(1))
    assert (second.note(session, skill(2)), word) == ((session, ""), "")
    assert first.note(session, skill(1)) == (session, "")
    assert [one.skill for one in second.read(session).skills] == ["s1", "s2"]


def test_two_processes_that_go_on_at_once_lose_nothing(shelf: KeptRecords) -> None:
    session, _ = SharedRecords(shelf).note(None, skill(0))

    def load(start: int) -> None:
        records = SharedRecords(shelf)
        for number in range(start, start + 10):
            while records.note(session, skill(number)) != (session, ""):
                pass

    threads = [threading.Thread(target=load, args=(start,)) for start in (1, 11, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {one.skill for one in SharedRecords(shelf).read(session).skills} == {f"s{number}" for number in range(31)}


def test_a_session_ends_a_day_after_its_last_use_and_a_new_one_begins(shelf: KeptRecords, clock: Clock) -> None:
    records = SharedRecords(shelf, clock)
    session, _ = records.note(None, skill())
    clock.at += DAY
    assert records.note(session, skill(2)) == (session, "")
    clock.at += DAY + 1
    with pytest.raises(SessionNotFoundError):
        records.read(session)
    new, word = records.note(session, skill())
    assert new != session
    assert word == "there is no such session any more, so a new one begins."


def test_a_session_of_a_holder_is_none_to_anyone_else(shelf: KeptRecords) -> None:
    records = SharedRecords(shelf)
    session, _ = records.note(None, skill(), ME)
    assert records.note(session, skill(2), ME) == (session, "")
    for holder in (OTHER, None, ""):
        with pytest.raises(SessionNotFoundError):
            records.read(session, holder)
    assert len(records.read(session, ME).skills) == 2


@pytest.mark.parametrize("session", ["", "a" * 20, "../../etc", "A" * 20, "a" * 21])
def test_a_session_that_nobody_gave_is_none(shelf: KeptRecords, session: str) -> None:
    with pytest.raises(SessionNotFoundError):
        SharedRecords(shelf).read(session)


def test_a_session_holds_the_last_of_many_skills(shelf: KeptRecords) -> None:
    records = SharedRecords(shelf)
    session, _ = records.note(None, skill(0))
    for number in range(1, MOST_SKILLS + 2):
        records.note(session, skill(number))
    assert [one.skill for one in records.read(session).skills][:2] == ["s2", "s3"]


def test_a_damaged_record_is_named_and_a_new_one_begins(shelf: KeptRecords) -> None:
    records = SharedRecords(shelf)
    session, _ = records.note(None, skill())
    assert shelf.write("loaded", session, '{"session": 1}', Clock.at * 9_999, 1)
    with pytest.raises(RecordUnreadableError, match="damaged"):
        records.read(session)
    assert "damaged, so a new one begins" in records.note(session, skill())[1]


def test_a_store_that_is_away_costs_no_skill_and_no_session() -> None:
    records = SharedRecords(KeptRecords(lost))
    said = "It could not be recorded that it was loaded: the store"
    assert records.note("a" * 20, skill())[0] == "a" * 20
    assert records.note("a" * 20, skill())[1].startswith(said)
    assert records.note(None, skill())[1].startswith(said)
    with pytest.raises(StoreUnavailableError):
        records.read("a" * 20)


def test_what_is_too_much_is_removed_now_and_then(shelf: KeptRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRUNE_EVERY", 4)
    monkeypatch.setattr(module, "MOST_SESSIONS", 2)
    clock = Clock()
    records = SharedRecords(shelf, clock)
    sessions = []
    for number in range(5):
        clock.at += 1
        sessions.append(records.note(None, skill(number))[0])
    there = [session for session in sessions if shelf.read("loaded", session) is not None]
    assert there == sessions[3:]


# Reviews


def test_a_review_is_gone_on_with_in_another_process_by_its_caller_alone(shelf: KeptRecords) -> None:
    SharedReviews(shelf).update(ME, ONE, lambda _: b"mine")
    assert SharedReviews(shelf).read(ME, ONE) == b"mine"
    for caller, handle in ((OTHER, ONE), (ME, handle_of("two")), (ME, "../x"), (ME, "")):
        with pytest.raises(ReviewNotFoundError, match="no review is kept here under that handle"):
            SharedReviews(shelf).read(caller, handle)


def test_words_of_many_processes_on_one_review_are_all_kept(shelf: KeptRecords) -> None:
    def say() -> None:
        reviews = SharedReviews(shelf)
        for _ in range(10):
            while True:
                try:
                    reviews.update(ME, ONE, appended(b"x"))
                except StoreUnavailableError:
                    continue
                break

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert SharedReviews(shelf).read(ME, ONE) == b"x" * 40


def test_a_review_expires_and_may_be_made_again(shelf: KeptRecords, clock: Clock) -> None:
    reviews = SharedReviews(shelf, clock)
    reviews.update(ME, ONE, appended(b"old"))
    clock.at += 24 * HOUR + 1
    with pytest.raises(ReviewNotFoundError):
        reviews.read(ME, ONE)
    reviews.update(ME, ONE, appended(b"new"))
    assert reviews.read(ME, ONE) == b"new"


def test_a_review_that_is_too_large_or_damaged_is_named(shelf: KeptRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = SharedReviews(shelf)
    reviews.update(ME, ONE, appended(b"x"))
    assert shelf.write("review", name_of(ME, ONE), "AAAA", Clock.at * 9_999, 1)
    with pytest.raises(RecordUnreadableError, match="damaged"):
        reviews.read(ME, ONE)
    monkeypatch.setattr(reviews_module, "MOST_BYTES", 10)
    with pytest.raises(TooLargeError):
        reviews.update(ME, handle_of("two"), appended(b"x" * 99))


# Plans


def test_a_plan_that_one_process_made_is_known_to_another_for_a_day(shelf: KeptRecords, clock: Clock) -> None:
    for _ in range(2):
        SharedPlans(shelf, clock).keep(DIGEST, ASKED)
    other = SharedPlans(shelf, clock)
    assert other.read("", DIGEST).values == {"name": "shop"}
    for root, digest in (("/project", DIGEST), ("", DIGEST[:-1] + "b"), ("", "x")):
        with pytest.raises(PlanNotFoundError):
            other.read(root, digest)
    clock.at += HOURS * HOUR + 1
    with pytest.raises(PlanNotFoundError):
        other.read("", DIGEST)
