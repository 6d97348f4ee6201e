"""Between the server and what it keeps contexts in, or tells of them through, a proxy that goes wrong.

Whatever it is: it is named within a bound, says to try again, loses nothing that was acknowledged, and is over when it
is over, without a restart.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from backwright.contexts.buses import _redis_bus
from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.events import ContextEvent
from backwright.contexts.opening import open_store
from backwright.contexts.relay import Relay
from backwright.contexts.service import Contexts
from backwright.contexts.stores import _postgres_connection, postgresql
from backwright.errors import StoreUnavailableError
from tests.contexts._buses import Heard, in_order, numbered, opened, streamed, until
from tests.contexts._databases import fresh_database
from tests.contexts._proxy import Fault, FaultProxy, faulty
from tests.contexts._redis import own_redis

BOUND = 10.0
"""Seconds within which every fault is named, on a busy machine, with the patience that these tests have."""

AWAY = {
    "reset": Fault(refused=True),
    "half open": Fault(silent=True),
    "cut in the midst of an answer": Fault(truncated=3),
}
SLOW = {"late": Fault(latency=0.03), "byte by byte": Fault(slow=0.0005)}


@contextmanager
def nothing_is_left() -> Iterator[None]:
    """No thread and no descriptor more than before."""

    def held() -> tuple[int, int]:
        gc.collect()
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = held()
    yield
    until(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience that a test has."""
    monkeypatch.setattr(postgresql, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(_postgres_connection, "PING_SECONDS", 0.5)
    monkeypatch.setattr(_redis_bus, "ANSWER_SECONDS", 0.3)


@contextmanager
def over_a_proxy() -> Iterator[tuple[Contexts, FaultProxy]]:
    """Contexts in a PostgreSQL that is behind a proxy."""
    with fresh_database() as url:
        behind = make_url(url)
        with faulty(behind.host or "127.0.0.1", behind.port or 5432) as proxy:
            through = behind.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            contexts = Contexts(open_store(through))
            try:
                yield contexts, proxy
            finally:
                contexts.store.close()


def put(contexts: Contexts, name: str) -> int:
    """Write a context once, however often it is asked for; its version."""
    key = Condition(if_version=0, idempotency_key=name)
    written = contexts.put(LOCAL, Address("shop", name), {"exclude": [name]}, type="project", condition=key)
    return written.context.version


def _named(attempt: Callable[[], object]) -> str:
    """The hint of the error that comes of it, in time; the error itself, which holds on to its frames, is let go."""
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError) as refused:
        attempt()
    assert time.monotonic() - start < BOUND
    assert refused.value.retry
    return refused.value.hint


@pytest.mark.parametrize("fault", AWAY.values(), ids=AWAY)
def test_a_database_behind_a_broken_wire_is_named_in_time_and_found_again(impatient: None, fault: Fault) -> None:
    with nothing_is_left(), over_a_proxy() as (contexts, proxy):
        assert put(contexts, "before") == 1
        proxy.be(fault)
        write, read = partial(put, contexts, "meanwhile"), partial(contexts.get, LOCAL, Address("shop", "before"))
        for attempt in (write, read, write):
            assert "idempotency key" in _named(attempt)
        proxy.be()
        # The same request once more is done once, whether or not its first try was.
        assert put(contexts, "meanwhile") == put(contexts, "meanwhile") == 1
        assert [one.address.name for one in contexts.list(LOCAL).items] == ["before", "meanwhile"]
        assert contexts.verify(LOCAL, "shop").broken_at is None
        assert contexts.verify(LOCAL, "shop").entries == 2
        assert proxy.open <= postgresql.POOL


@pytest.mark.parametrize("fault", SLOW.values(), ids=SLOW)
def test_a_database_behind_a_slow_wire_is_waited_for(fault: Fault) -> None:
    with over_a_proxy() as (contexts, proxy):
        proxy.be(fault)
        assert put(contexts, "slow") == 1
        assert contexts.get(LOCAL, Address("shop", "slow")).body == {"exclude": ["slow"]}


def test_a_wire_that_breaks_under_writers_loses_nothing_that_was_acknowledged(impatient: None) -> None:
    with over_a_proxy() as (contexts, proxy):
        told: list[str] = []
        ending = threading.Event()

        def write(me: int) -> None:
            number = 0
            while not ending.is_set():
                name = f"n{me}-{number}"
                try:
                    assert put(contexts, name) == 1
                except StoreUnavailableError:
                    continue
                told.append(name)
                number += 1

        threads = [threading.Thread(target=write, args=(me,)) for me in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            enough = len(told) + 8
            until(lambda enough=enough: len(told) >= enough)  # type: ignore[misc]  # a loop's variable, bound now
            proxy.cut()
        ending.set()
        for thread in threads:
            thread.join(30)
        there = [one.address.name for one in contexts.list(LOCAL, limit=500).items]
        assert set(told) - set(there) == set()
        # What was done and could not be told is at most the last of each.
        assert len(there) - len(told) <= len(threads)
        assert contexts.verify(LOCAL, "shop").broken_at is None


@pytest.mark.parametrize("fault", AWAY.values(), ids=AWAY)
def test_a_redis_behind_a_broken_wire_is_named_in_time_and_what_waits_is_handed_on_in_order(
    impatient: None, fault: Fault, tmp_path: Path
) -> None:
    with nothing_is_left(), own_redis(tmp_path) as server:
        server.start()
        behind = make_url(server.url)
        with faulty("127.0.0.1", behind.port or 0) as proxy, opened(f"redis://127.0.0.1:{proxy.port}/0") as bus:
            contexts = Contexts(open_store("memory://"))
            relay, heard = Relay(contexts.store, bus), Heard()
            bus.subscribe(heard)
            put(contexts, "before")
            assert relay.step().handed_on == 1
            assert heard.distinct(1)
            proxy.be(fault)
            assert "handed on when it does" in _named(partial(bus.publish, numbered(1, "direct")))
            for number in range(1, 6):
                _change(contexts, number)
            step = relay.step()
            assert (step.handed_on, step.error is not None) == (0, True)
            proxy.be()
            events = _handed_on(relay, contexts)
            assert in_order([event for event in events if event.uri.endswith("/conventions")])
            assert [event.version for event in streamed(server.url) if event.uri.endswith("/conventions")][-1] == 5
            latest: list[int] = []

            def all_is_heard() -> bool:
                latest.extend(event.version for event in heard.rest() if event.uri.endswith("/conventions"))
                return max(latest, default=0) == 5

            until(all_is_heard)


def _change(contexts: Contexts, number: int) -> None:
    address = Address("shop", "conventions")
    contexts.put(LOCAL, address, {"exclude": [f"{number}"]}, type="project", condition=Condition(if_version=number - 1))


def _handed_on(relay: Relay, contexts: Contexts) -> list[ContextEvent]:
    """What the bus took, once nothing waits any longer."""
    done: list[ContextEvent] = []

    def nothing_waits() -> bool:
        far = datetime.now(UTC) + timedelta(days=1)
        before = [waiting.event for waiting in contexts.store.read(lambda unit: unit.due(far, 100))]
        if relay.step().handed_on:
            done.extend(before)
        return not before

    until(nothing_waits)
    return list(dict.fromkeys(done))


@pytest.mark.parametrize("fault", SLOW.values(), ids=SLOW)
def test_a_redis_behind_a_slow_wire_is_waited_for(fault: Fault, tmp_path: Path) -> None:
    with own_redis(tmp_path) as server:
        server.start()
        port = make_url(server.url).port or 0
        with faulty("127.0.0.1", port) as proxy, opened(f"redis://127.0.0.1:{proxy.port}/0") as bus:
            heard, events = Heard(), numbered(2)
            bus.subscribe(heard)
            proxy.be(fault)
            bus.publish(events)
            assert heard.distinct(2) == events
