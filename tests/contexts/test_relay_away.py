"""A store that goes away while its events are on their way to a bus, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from backwright.contexts.buses.memory import MemoryBus
from backwright.contexts.events import ContextEvent
from backwright.contexts.relay import Relay
from backwright.contexts.service import Contexts
from backwright.contexts.store import Unit
from backwright.contexts.stores.memory import MemoryStore
from backwright.errors import StoreUnavailableError
from tests.contexts._buses import Heard
from tests.contexts.test_relay import Clock, put, told, waiting

T = TypeVar("T")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


class GoneStore(MemoryStore):
    """A store that is there or is not."""

    away = False

    def write(self, work: Callable[[Unit], T]) -> T:
        if self.away:
            raise StoreUnavailableError("the store is away", hint="wait")
        return super().write(work)


@pytest.fixture
def gone(clock: Clock, bus: MemoryBus) -> tuple[GoneStore, Relay]:
    """A store that went away when its event had been published, and the relay that has it."""
    store = GoneStore()
    put(Contexts(store, clock=clock), "a")
    relay = Relay(store, bus, clock=clock)

    def leave(_: ContextEvent) -> None:
        store.away = True

    end = bus.subscribe(leave)
    error = relay.step().error
    assert error is not None
    assert error.message == "the store is away"
    end()
    store.away = False
    return store, relay


def test_what_a_relay_had_when_the_store_went_away_need_not_wait_for_the_lease(
    gone: tuple[GoneStore, Relay], bus: MemoryBus
) -> None:
    store, relay = gone
    heard = Heard()
    bus.subscribe(heard)
    assert relay.step().handed_on == 1
    assert (told(heard.rest()), waiting(store)) == (["a1"], [])


def test_what_another_relay_has_taken_since_is_left_to_it(gone: tuple[GoneStore, Relay], clock: Clock) -> None:
    store, relay = gone
    clock.on(10)
    until_then = clock() + timedelta(seconds=10)
    assert told([one.event for one in store.write(lambda unit: unit.lease(clock(), until_then, 9))]) == ["a1"]
    assert relay.step().handed_on == 0
