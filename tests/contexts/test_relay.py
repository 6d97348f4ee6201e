"""The outbox on its way to a bus: nothing is lost, and each context's events keep their order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backwright.contexts.bus import EventRefusedError
from backwright.contexts.buses.file import FileBus
from backwright.contexts.buses.memory import MemoryBus
from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.events import ContextEvent
from backwright.contexts.opening import open_store
from backwright.contexts.relay import LONGEST_BACKOFF, Relay
from backwright.contexts.service import Contexts
from backwright.contexts.store import Store, Waiting
from backwright.errors import StoreUnavailableError
from tests.contexts._buses import Heard, events_of, in_order, opened, streamed, until
from tests.contexts._databases import fresh_database, fresh_url
from tests.contexts._redis import own_redis

PATIENCE = 30


def put(contexts: Contexts, name: str, versions: Sequence[int] = (1,)) -> None:
    for version in versions:
        contexts.put(
            LOCAL,
            Address("shop", name),
            {"exclude": [f"v{version}"]},
            type="project",
            condition=Condition(if_version=version - 1),
        )


def waiting(store: Store) -> Sequence[Waiting]:
    far = datetime.now(UTC) + timedelta(days=1)
    return store.read(lambda unit: unit.due(far, 10_000))


def told(events: Sequence[ContextEvent]) -> list[str]:
    return [f"{event.uri.rpartition('/')[2]}{event.version}" for event in events]


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Picky(MemoryBus):
    """A bus that refuses some contexts, or is away."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: set[str] = set()
        self.away = False

    def publish(self, events: Sequence[ContextEvent]) -> None:
        if self.away:
            raise StoreUnavailableError("the bus is away", hint="wait")
        if any(event.uri in self.refused for event in events):
            raise EventRefusedError("too pink")
        super().publish(events)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bus() -> Picky:
    return Picky()


@pytest.fixture
def relay(store: Store, bus: Picky, clock: Clock) -> Relay:
    return Relay(store, bus, clock=clock)


def test_what_is_due_is_handed_on_in_order_and_then_gone(
    contexts: Contexts, store: Store, relay: Relay, bus: Picky, clock: Clock
) -> None:
    heard = Heard()
    bus.subscribe(heard)
    put(contexts, "a", (1, 2))
    put(contexts, "b")
    contexts.delete(LOCAL, Address("shop", "a"), condition=Condition(if_version=2))
    clock.on(1)
    step = relay.step()
    assert (step.handed_on, step.more) == (4, True)
    assert told(heard.next(4)) == ["a1", "a2", "b1", "a3"]
    assert (relay.step().handed_on, waiting(store)) == (0, [])


def test_a_refused_event_holds_its_own_context_up_and_no_other(
    contexts: Contexts, store: Store, relay: Relay, bus: Picky, clock: Clock
) -> None:
    heard = Heard()
    bus.subscribe(heard)
    bus.refused = {"context://shop/a"}
    put(contexts, "a", (1, 2))
    put(contexts, "b", (1, 2))
    clock.on(1)
    step = relay.step()
    assert (step.handed_on, step.refused) == (2, 1)
    assert told(heard.next(2)) == ["b1", "b2"]
    assert [(one.attempts, one.error) for one in waiting(store)] == [(1, "too pink"), (0, "")]
    assert relay.step().handed_on == 0
    bus.refused = set()
    clock.on(LONGEST_BACKOFF)
    assert relay.step().handed_on == 2
    assert told(heard.next(2)) == ["a1", "a2"]


def test_a_refused_event_is_left_alone_for_longer_and_longer_up_to_a_minute(
    contexts: Contexts, store: Store, relay: Relay, bus: Picky, clock: Clock
) -> None:
    bus.refused = {"context://shop/a"}
    put(contexts, "a")
    pauses = []
    for attempt in range(1, 11):
        since = clock.now
        while relay.step().refused == 0:
            clock.on(0.5)
        pauses.append((clock.now - since).total_seconds())
        assert waiting(store)[0].attempts == attempt
    assert pauses[1:] == sorted(pauses[1:])
    assert pauses[-1] == pauses[-2] == LONGEST_BACKOFF


def test_a_bus_that_is_away_is_asked_with_one_event_and_then_gets_all_in_order(
    contexts: Contexts, store: Store, relay: Relay, bus: Picky, clock: Clock
) -> None:
    heard = Heard()
    bus.subscribe(heard)
    bus.away = True
    put(contexts, "a", (1, 2, 3))
    put(contexts, "b", (1, 2))
    for _ in range(5):
        clock.on(1)
        step = relay.step()
        assert step.error is not None
        assert step.handed_on == 0
    assert [one.attempts for one in waiting(store)] == [5, 1, 1, 1, 1]
    assert waiting(store)[0].error == "the bus is away"
    bus.away = False
    clock.on(1)
    assert [relay.step().handed_on for _ in range(3)] == [1, 4, 0]
    assert told(heard.next(5)) == ["a1", "a2", "a3", "b1", "b2"]


def test_what_one_relay_holds_nobody_else_gets_nor_what_follows_it(contexts: Contexts, store: Store) -> None:
    put(contexts, "a", (1, 2))
    put(contexts, "b")
    now = datetime.now(UTC) + timedelta(seconds=1)
    later = now + timedelta(seconds=10)
    first = store.write(lambda unit: unit.lease(now, later, 1))
    second = store.write(lambda unit: unit.lease(now, later, 10))
    third = store.write(lambda unit: unit.lease(now, later, 10))
    assert [told([one.event for one in taken]) for taken in (first, second, third)] == [["a1"], ["b1"], []]
    store.write(lambda unit: unit.release([first[0].event.id]))
    assert told([one.event for one in store.write(lambda unit: unit.lease(now, later, 10))]) == ["a1", "a2"]
    after = store.write(lambda unit: unit.lease(later, later + timedelta(seconds=1), 10))
    assert told([one.event for one in after]) == ["a1", "a2", "b1"]


def test_what_is_gone_can_fail_be_released_and_be_handed_on_without_harm(contexts: Contexts, store: Store) -> None:
    put(contexts, "a")
    (one,) = waiting(store)
    store.write(lambda unit: unit.handed_on([one.event.id, "nothing"]))
    store.write(lambda unit: unit.failed([one.event.id], "late", datetime.now(UTC)))
    store.write(lambda unit: unit.release([one.event.id]))
    assert waiting(store) == []


def test_events_are_found_and_forgotten_by_their_time(contexts: Contexts, store: Store) -> None:
    put(contexts, "a", (1, 2))
    now = datetime.now(UTC)
    (first, second) = sorted((one.event for one in waiting(store)), key=lambda event: event.id)
    assert store.read(lambda unit: unit.events_since(now - timedelta(minutes=1), 10)) == [first, second]
    assert store.read(lambda unit: unit.events_since(now - timedelta(minutes=1), 1)) == [first]
    assert store.read(lambda unit: unit.events_since(now + timedelta(minutes=1), 10)) == []
    assert store.write(lambda unit: unit.forget_events(now - timedelta(minutes=1))) == 0
    assert store.write(lambda unit: unit.forget_events(now + timedelta(minutes=1))) == 2


def test_a_change_wakes_the_relay_and_is_told_here_but_a_repeated_request_is_not(store: Store) -> None:
    bus, heard, here = MemoryBus(), Heard(), Heard()
    bus.subscribe(heard)
    relay = Relay(store, bus)
    relay.start()
    relay.start()
    contexts = Contexts(store, wake=relay.wake, tell=here)
    put(contexts, "a")
    contexts.put(LOCAL, Address("shop", "a"), {"exclude": ["v1"]}, type="project")
    put(contexts, "a", (2,))
    assert heard.distinct(2) == here.next(2)
    relay.stop()
    assert (here.rest(), waiting(store)) == ([], [])


def test_a_relay_that_is_stopped_hands_on_what_was_put_before(store: Store) -> None:
    bus, heard = MemoryBus(), Heard()
    bus.subscribe(heard)
    for version in (1, 2, 3):
        relay = Relay(store, bus)
        relay.start()
        put(Contexts(store, wake=relay.wake), "a", (version,))
        relay.stop()
        assert told(heard.rest()) == [f"a{version}"]


# Several relays


def test_two_relays_at_once_keep_the_order_of_each_context(tmp_path: Path) -> None:
    with fresh_database() as url, _store(url) as store, _store(url) as second:
        path = tmp_path / "events.jsonl"
        relays = [Relay(each, FileBus(path)) for each in (store, second, store, second)]
        for relay in relays:
            relay.start()
        contexts = Contexts(store)

        def write(name: str) -> None:
            put(contexts, name, range(1, 41))

        writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(PATIENCE)
        until(lambda: not waiting(store))
        for relay in relays:
            relay.stop()
        events = events_of(path)
        assert in_order(events)
        assert len(set(events)) == 160


def _publish_and_die(url: str, path: Path) -> None:
    class Deadly(FileBus):
        def publish(self, events: Sequence[ContextEvent]) -> None:
            super().publish(events)
            os.kill(os.getpid(), signal.SIGKILL)

    Relay(open_store(url), Deadly(path), lease=0.5).step()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_relay_that_is_killed_before_it_marks_has_its_events_handed_on_again(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with fresh_url(kind, tmp_path) as url, _store(url) as store:
        put(Contexts(store), "a", (1, 2))
        process = multiprocessing.get_context("spawn").Process(target=_publish_and_die, args=(url, path))
        process.start()
        process.join(PATIENCE)
        assert process.exitcode == -signal.SIGKILL
        published = events_of(path)
        assert told(published) == ["a1", "a2"]
        put(Contexts(store), "a", (3,))
        relay = Relay(store, FileBus(path))
        until(lambda: relay.step().handed_on == 3)
        assert events_of(path)[:4] == [*published, *published]
        assert told(events_of(path)) == ["a1", "a2", "a1", "a2", "a3"]


# Redis comes and goes


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_redis_that_comes_goes_and_comes_back_gets_everything_in_order(kind: str, tmp_path: Path) -> None:
    with (
        fresh_url(kind, tmp_path) as url,
        _store(url) as store,
        own_redis(tmp_path / "redis") as server,
        opened(server.url) as bus,
    ):
        heard = Heard()
        bus.subscribe(heard)
        relay = Relay(store, bus)
        relay.start()
        contexts = Contexts(store, wake=relay.wake)
        try:
            put(contexts, "a", range(1, 6))
            server.start()
            put(contexts, "a", range(6, 11))
            until(lambda: not waiting(store))
            server.kill()
            put(contexts, "a", range(11, 16))
            put(contexts, "b", range(1, 6))
            assert [one.event.version for one in waiting(store)] == [*range(11, 16), *range(1, 6)]
            server.start()
            put(contexts, "a", range(16, 21))
            until(lambda: not waiting(store))
            assert in_order(streamed(server.url))
            assert len(set(streamed(server.url))) == 25
            assert in_order(heard.distinct(25))
        finally:
            relay.stop()


# A process of its own

RELAY = (sys.executable, "-m", "backwright", "relay")


def _environment(database: str, bus: str) -> dict[str, str]:
    return {**os.environ, "BACKWRIGHT_DATABASE_URL": database, "BACKWRIGHT_BUS_URL": bus}


def test_backwright_relay_drains_what_was_left_and_ends_at_a_signal(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with fresh_url("sqlite", tmp_path) as url, _store(url) as store:
        put(Contexts(store), "a", range(1, 251))
        process = subprocess.Popen(RELAY, env=_environment(url, f"file://{path}"), stderr=subprocess.PIPE, text=True)
        with process:
            until(lambda: not waiting(store))
            put(Contexts(store), "a", (251,))
            until(lambda: not waiting(store))
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        assert told(events_of(path)) == [f"a{version}" for version in range(1, 252)]


def test_backwright_relay_once_is_done_when_nothing_is_due(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with fresh_url("sqlite", tmp_path) as url, _store(url) as store:
        put(Contexts(store), "a", range(1, 4))
        command = [*RELAY, "--once"]
        for _ in range(2):
            done = subprocess.run(command, env=_environment(url, f"file://{path}"), check=False, timeout=PATIENCE)
            assert done.returncode == 0
        assert told(events_of(path)) == ["a1", "a2", "a3"]


def test_backwright_relay_once_says_that_the_bus_is_away_and_keeps_everything(tmp_path: Path) -> None:
    with fresh_url("sqlite", tmp_path) as url, _store(url) as store:
        put(Contexts(store), "a")
        environment = _environment(url, "redis://127.0.0.1:1/0")
        done = subprocess.run(
            [*RELAY, "--once"], env=environment, check=False, timeout=PATIENCE, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "UNAVAILABLE" in done.stderr
        assert len(waiting(store)) == 1


def test_backwright_relay_needs_a_bus_that_others_can_reach(tmp_path: Path) -> None:
    environment = _environment(f"sqlite:///{tmp_path / 'contexts.db'}", "memory://")
    done = subprocess.run(RELAY, env=environment, check=False, timeout=PATIENCE, capture_output=True, text=True)
    assert done.returncode == 2
    assert "BACKWRIGHT_BUS_URL" in done.stderr


def test_backwright_relay_that_is_started_first_waits_for_the_bus(tmp_path: Path) -> None:
    with (
        fresh_url("sqlite", tmp_path) as url,
        _store(url) as store,
        own_redis(tmp_path / "redis") as server,
        subprocess.Popen(RELAY, env=_environment(url, server.url), stderr=subprocess.PIPE, text=True) as process,
    ):
        put(Contexts(store), "a", (1, 2))
        assert process.stderr is not None
        assert "events wait" in process.stderr.readline()
        server.start()
        until(lambda: not waiting(store))
        assert told(streamed(server.url)) == ["a1", "a2"]
        process.terminate()
        assert process.wait(PATIENCE) == 0


@contextmanager
def _store(url: str) -> Iterator[Store]:
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()
