"""What a process hears that follows an outbox: each event once, none late, whatever transactions and clocks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, make_url

from backwright.contexts.buses.memory import MemoryBus
from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.events import ContextEvent, first_id
from backwright.contexts.follower import FORGET_DAYS, WINDOW_SECONDS, Follower
from backwright.contexts.opening import open_store
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened, Store
from backwright.contexts.stores._unit import SqlUnit
from tests.contexts._buses import Heard, made
from tests.contexts._databases import fresh_url

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def put(contexts: Contexts, version: int = 1) -> None:
    body: JsonObject = {"exclude": [f"v{version}"]}
    contexts.put(LOCAL, Address("shop", "a"), body, type="project", condition=Condition(if_version=version - 1))


def outbox(store: Store) -> list[int]:
    far = datetime.now(UTC) + timedelta(days=1)
    return [one.event.version for one in store.read(lambda unit: unit.due(far, 100))]


def test_a_follower_takes_nothing_out_and_forgets_only_what_is_a_week_old() -> None:
    now = datetime.now(UTC)
    with Opened(open_store("memory://")) as store:
        put(Contexts(store))
        for days, left in ((FORGET_DAYS - 1, [1]), (FORGET_DAYS + 1, [])):
            Follower(store, MemoryBus(), clock=lambda days=days: now + timedelta(days=days))  # type: ignore[misc]
            assert outbox(store) == left


def test_a_follower_looks_back_no_further_than_its_window() -> None:
    now, heard, bus = datetime.now(UTC), Heard(), MemoryBus()
    bus.subscribe(heard)
    with Opened(open_store("memory://")) as store:
        put(Contexts(store))
        late = Follower(store, bus, clock=lambda: now + timedelta(seconds=2 * WINDOW_SECONDS))
        late.step()
        assert heard.rest() == []


def test_a_follower_tells_of_a_write_that_was_under_way_when_it_began_and_of_none_that_was_done() -> None:
    now, heard, bus = datetime.now(UTC), Heard(), MemoryBus()
    bus.subscribe(heard)
    with Opened(open_store("memory://")) as store:
        contexts = Contexts(store)
        put(contexts)
        late = Follower(store, bus, clock=lambda: now + timedelta(seconds=WINDOW_SECONDS / 2))
        late.step()
        assert heard.rest() == []
        put(contexts, 2)
        late.step()
        late.step()
        assert [event.version for event in heard.rest()] == [2]


# Whatever happens


def event_at(at: datetime) -> ContextEvent:
    """An event as a process makes it whose clock says this."""
    return replace(made(), id=f"{first_id(at)}-7{uuid4().hex[:3]}-{uuid4()}"[:36], at=at)


@dataclass
class Life:
    """One outbox, those who write to it, and one who follows it."""

    store: Store
    begin: Callable[[], Connection] | None

    def __post_init__(self) -> None:
        self.now = START
        self.bus, self.heard = MemoryBus(), Heard()
        self.bus.subscribe(self.heard)
        self.follower = Follower(self.store, self.bus, clock=lambda: self.now)
        self.under_way: list[tuple[Connection, ContextEvent]] = []
        self.expected: list[str] = []
        self.told: list[str] = []
        self.looked = False

    def do(self, action: str, number: int) -> None:
        """One thing that happens."""
        event = event_at(self.now + timedelta(seconds=number % 61 - 30))
        match action:
            case "commit":
                self.store.write(lambda unit: unit.enqueue(event))
                self._is_there(event)
            case "begin" if self.begin is not None:
                connection = self.begin()
                SqlUnit(connection, locks=True).enqueue(event)
                self.under_way.append((connection, event))
            case "end" | "fail" if self.under_way:
                connection, event = self.under_way.pop(number % len(self.under_way))
                if action == "end":
                    connection.commit()
                    self._is_there(event)
                else:
                    connection.rollback()
                connection.close()
            case "remove" if self.told:
                # The last ones, whose places are given again.
                gone = self.told[-(number % 3) - 1 :]
                self.store.write(lambda unit: unit.handed_on(gone))
            case "wait":
                self.now += timedelta(seconds=number % 3)
            case _:
                self.look()

    def _is_there(self, event: ContextEvent) -> None:
        # Before the first look, what counts is when the writer's clock says that it was made.
        if self.looked or event.at >= START:
            self.expected.append(event.id)

    def look(self) -> None:
        """A look hears of all that is there and was not, at once."""
        before = len(self.told)
        self.follower.step()
        self.looked = True
        self.told += [event.id for event in self.heard.rest()]
        assert sorted(self.told[before:]) == sorted(self.expected)
        self.expected.clear()


HAPPENINGS = ("commit", "commit", "begin", "begin", "end", "fail", "remove", "wait", "look", "look")
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(HAPPENINGS),
        st.integers(0, 600),
    ),
    min_size=20,
    max_size=50,
)


@contextmanager
def life(kind: str, folder: Path) -> Iterator[Callable[[], Life]]:
    with fresh_url(kind, folder) as url, Opened(open_store(url)) as store, ExitStack() as stack:
        begin: Callable[[], Connection] | None = None
        if kind == "postgresql":
            engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
            stack.callback(engine.dispose)

            def begun() -> Connection:
                connection = engine.connect()
                connection.begin()
                return connection

            begin = begun
        far = datetime.now(UTC) + timedelta(days=365)

        def fresh() -> Life:
            store.write(lambda unit: unit.forget_events(far))
            return Life(store, begin)

        yield fresh


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql"])
def test_each_look_hears_of_everything_that_was_not_there_at_the_last_one_and_of_nothing_twice(
    kind: str, tmp_path: Path
) -> None:
    with life(kind, tmp_path) as fresh:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(ACTIONS)
        def holds(actions: Sequence[tuple[str, int]]) -> None:
            one = fresh()
            try:
                for action, number in actions:
                    one.do(action, number)
                one.look()
                one.look()
            finally:
                for connection, _ in one.under_way:
                    connection.rollback()
                    connection.close()

        holds()


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql"])
def test_of_more_events_than_anybody_counts_none_is_late(kind: str, tmp_path: Path) -> None:
    with life(kind, tmp_path) as fresh:
        one = fresh()
        one.look()
        for count in (12_000, 1, 12_000, 1):
            events = [event_at(START + timedelta(milliseconds=number)) for number in range(count)]
            one.store.write(lambda unit, events=events: [unit.enqueue(event) for event in events])  # type: ignore[misc]
            one.expected += [event.id for event in events]
            one.look()


def test_a_transaction_that_leaves_more_places_empty_than_are_asked_for_is_heard_when_it_ends(tmp_path: Path) -> None:
    with life("postgresql", tmp_path) as fresh:
        one = fresh()
        one.look()
        assert one.begin is not None
        with one.begin() as connection:
            events = [event_at(START + timedelta(seconds=number % 30)) for number in range(1_500)]
            for event in events:
                SqlUnit(connection, locks=True).enqueue(event)
            for _ in range(3):
                one.do("commit", 1)
                one.look()
            connection.commit()
        one.expected += [event.id for event in events]
        one.do("commit", 2)
        one.look()
        one.look()


def test_an_empty_place_is_asked_for_as_long_as_the_window_and_then_no_more(tmp_path: Path) -> None:
    with life("postgresql", tmp_path) as fresh:
        one = fresh()
        one.do("commit", 1)
        one.look()
        one.do("begin", 1)
        one.do("commit", 2)
        one.look()
        assert len(one.follower._empty) == 1
        one.do("fail", 0)
        one.now += timedelta(seconds=WINDOW_SECONDS - 1)
        one.look()
        assert len(one.follower._empty) == 1
        one.now += timedelta(seconds=2)
        one.look()
        assert one.follower._empty == {}


def test_the_ids_that_are_remembered_are_those_of_the_window(tmp_path: Path) -> None:
    with life("sqlite", tmp_path) as fresh:
        one = fresh()
        one.look()
        for _ in range(16):
            events = [event_at(one.now) for _ in range(2_000)]
            one.store.write(lambda unit, events=events: [unit.enqueue(event) for event in events])  # type: ignore[misc]
            one.expected += [event.id for event in events]
            one.look()
            one.now += timedelta(seconds=WINDOW_SECONDS)
        assert one.follower._seen is not None
        assert len(one.follower._seen) <= 2 * 3 * 2_000 + 5_000 + 2_000
