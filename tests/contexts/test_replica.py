"""One process among those that share contexts: what its listeners hear, each once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.events import ContextEvent
from backwright.contexts.opening import kind_of_bus, open_store
from backwright.contexts.replica import Replica
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened, Store
from tests.contexts._buses import Heard, made, numbered, until
from tests.contexts._databases import fresh_url
from tests.contexts._redis import own_redis


@contextmanager
def replica(bus: str = "memory://") -> Iterator[Replica]:
    one = Replica(kind_of_bus(bus), bus)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def at_work(database: str, bus: str = "memory://") -> Iterator[tuple[Contexts, Replica]]:
    with Opened(open_store(database)) as store, replica(bus) as one:
        one.attach(store)
        yield Contexts(store, wake=one.wake, tell=one.tell), one


def put(contexts: Contexts, version: int = 1) -> None:
    body: JsonObject = {"exclude": [f"v{version}"]}
    contexts.put(LOCAL, Address("shop", "a"), body, type="project", condition=Condition(if_version=version - 1))


def outbox(store: Store) -> list[int]:
    far = datetime.now(UTC) + timedelta(days=1)
    return [one.event.version for one in store.read(lambda unit: unit.due(far, 100))]


def test_an_event_that_comes_twice_is_told_once() -> None:
    heard, events = Heard(), numbered(3)
    with replica() as one:
        one.listen(heard)
        for event in (*events, *events, events[0]):
            one.tell(event)
    assert heard.rest() == events


def test_who_has_ended_hears_nothing_and_who_fails_keeps_nobody_from_hearing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = Heard(), Heard()

    def deaf(_: ContextEvent) -> None:
        raise RuntimeError("deaf")

    with replica() as one:
        end = one.listen(first)
        one.listen(deaf)
        one.listen(second)
        end()
        end()
        one.tell(made())
    assert (len(first.rest()), len(second.rest())) == (0, 1)
    assert "a change could not be told" in caplog.text


def test_own_changes_are_told_at_once_whatever_the_bus_is_doing(tmp_path: Path) -> None:
    heard = Heard()
    with at_work("memory://", "redis://127.0.0.1:1/0") as (contexts, one):
        one.listen(heard)
        put(contexts)
        assert [event.version for event in heard.rest()] == [1]
        assert outbox(contexts.store) == [1]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_processes_on_one_store_hear_each_other_without_a_bus_between_them(kind: str, tmp_path: Path) -> None:
    first_heard, second_heard = Heard(), Heard()
    with (
        fresh_url(kind, tmp_path) as database,
        at_work(database) as (first, one),
        at_work(database) as (second, other),
    ):
        put(first, 1)
        one.listen(first_heard)
        other.listen(second_heard)
        put(first, 2)
        put(second, 3)
        assert {event.version for event in first_heard.distinct(2)} == {2, 3}
        assert {event.version for event in second_heard.distinct(2)} == {2, 3}
        assert (first_heard.rest(), second_heard.rest()) == ([], [])


def test_what_changes_between_listening_and_the_opening_of_the_store_is_heard(tmp_path: Path) -> None:
    heard = Heard()
    with fresh_url("sqlite", tmp_path) as database, at_work(database) as (writer, _), replica() as late:
        late.listen(heard)
        put(writer)
        with Opened(open_store(database)) as store:
            late.attach(store)
            assert [event.version for event in heard.next(1)] == [1]
            late.close()


def test_two_replicas_on_one_redis_hear_each_other_and_the_outbox_becomes_empty(tmp_path: Path) -> None:
    first_heard, second_heard = Heard(), Heard()
    with fresh_url("sqlite", tmp_path) as database, own_redis(tmp_path / "redis") as server:
        server.start()
        with at_work(database, server.url) as (first, one), at_work(database, server.url) as (second, other):
            one.listen(first_heard)
            other.listen(second_heard)
            put(first, 1)
            put(second, 2)
            assert {event.version for event in first_heard.distinct(2)} == {1, 2}
            assert {event.version for event in second_heard.distinct(2)} == {1, 2}
            until(lambda: outbox(first.store) == [])


def test_a_replica_can_be_closed_twice_and_hears_nothing_more() -> None:
    heard = Heard()
    with replica() as one:
        one.listen(heard)
        one.close()
        one.wake()
        one.tell(made())
    assert heard.rest() == []
