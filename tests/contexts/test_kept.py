"""What processes keep between two requests, on every store: a write replaces only what its writer has read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from backwright.contexts.kept import REST_SECONDS, KeptRecords
from backwright.contexts.store import Kept, Store
from backwright.contexts.stores.memory import MemoryStore
from backwright.errors import StoreUnavailableError

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)


def kept(name: str = "one", *, stamp: int = 1, data: str = "{}", minutes: int = 0, kind: str = "loaded") -> Kept:
    return Kept(kind, name, data, NOW + timedelta(minutes=minutes), stamp)


def names(store: Store, *every: str) -> list[str]:
    return [name for name in every if store.read(lambda unit, name=name: unit.kept("loaded", name)) is not None]  # type: ignore[misc]  # bound now


def test_what_is_kept_is_read_as_it_was_by_kind_and_name(store: Store) -> None:
    assert store.write(lambda unit: unit.keep(kept(data="é 𝄞")))
    assert store.read(lambda unit: unit.kept("loaded", "one")) == kept(data="é 𝄞")
    assert store.read(lambda unit: unit.kept("review", "one")) is None
    assert store.read(lambda unit: unit.kept("loaded", "two")) is None


def test_a_write_replaces_what_has_the_stamp_before_and_nothing_else(store: Store) -> None:
    assert not store.write(lambda unit: unit.keep(kept(stamp=2)))
    assert store.write(lambda unit: unit.keep(kept()))
    assert not store.write(lambda unit: unit.keep(kept(data="late")))
    assert store.write(lambda unit: unit.keep(kept(stamp=2, data="next", minutes=5)))
    assert not store.write(lambda unit: unit.keep(kept(stamp=2, data="late")))
    assert store.read(lambda unit: unit.kept("loaded", "one")) == kept(stamp=2, data="next", minutes=5)


def test_of_several_writers_at_once_one_wins(store: Store) -> None:
    start, won = Barrier(4), list[bool]()

    def write(number: int) -> None:
        start.wait(30)
        won.append(store.write(lambda unit: unit.keep(kept(data=str(number)))))

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won) == [False, False, False, True]


def test_what_is_old_goes_and_what_is_younger_or_of_another_kind_stays(store: Store) -> None:
    for one in (kept("a"), kept("b", minutes=1), kept("a", kind="review")):
        assert store.write(lambda unit, one=one: unit.keep(one))  # type: ignore[misc]  # bound now
    assert store.write(lambda unit: unit.forget_kept("loaded", NOW + timedelta(minutes=1), 10, 100)) == 1
    assert names(store, "a", "b") == ["b"]
    assert store.read(lambda unit: unit.kept("review", "a")) is not None


@pytest.mark.parametrize(
    ("most", "size", "stay"),
    [(10, 100, "abcd"), (2, 100, "cd"), (10, 9, "bcd"), (10, 8, "cd"), (10, 1, "d"), (0, 100, "d")],
)
def test_above_a_number_or_a_size_what_was_used_longest_ago_goes(store: Store, most: int, size: int, stay: str) -> None:
    for minutes, name in enumerate("abcd"):
        assert store.write(lambda unit, m=minutes, n=name: unit.keep(kept(n, data="xyz", minutes=m)))  # type: ignore[misc]  # bound now
    store.write(lambda unit: unit.forget_kept("loaded", NOW, most, size))
    assert names(store, *"abcd") == list(stay)


def test_after_a_failure_the_store_is_left_alone_for_a_moment() -> None:
    asked, now = list[float](), [100.0]
    there: list[Store] = []

    def opened() -> Store:
        asked.append(now[0])
        if not there:
            raise StoreUnavailableError("it cannot be reached", hint="wait")
        return there[0]

    records = KeptRecords(opened, lambda: now[0])
    for _ in range(3):
        with pytest.raises(StoreUnavailableError):
            records.read("loaded", "one")
    assert asked == [100.0]
    there.append(MemoryStore())
    now[0] += REST_SECONDS
    assert records.read("loaded", "one") is None
    assert records.write("loaded", "one", "{}", NOW.timestamp(), 0)
    assert asked == [100.0, 101.0, 101.0]
