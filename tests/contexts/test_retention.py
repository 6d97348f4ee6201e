"""What need not be kept any longer goes, what must stay is there, and the chains still hold."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backwright.contexts import audit, retention
from backwright.contexts.access import Grant
from backwright.contexts.chain import CHECKPOINT
from backwright.contexts.context import LOCAL, Address, Caller, Condition
from backwright.contexts.opening import open_store
from backwright.contexts.retention import Purge, old, purge
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.store import Replaced, Store
from backwright.contexts.transfer import exported, imported
from backwright.errors import ContextNotFoundError, ForbiddenError, InvalidInputError

ONE, TWO = Address("shop", "one"), Address("shop", "two")
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A day of one's own."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(store: Store, clock: Clock) -> Contexts:
    return Contexts(store, clock=clock)


def put(contexts: Contexts, address: Address, version: int, key: str | None = None) -> None:
    """Version N, which says so."""
    body: JsonObject = {"exclude": [f"v{version}"]}
    condition = Condition(if_version=version - 1, idempotency_key=key)
    assert contexts.put(LOCAL, address, body, type="project", condition=condition).context.version == version


def versions(contexts: Contexts, address: Address) -> list[int]:
    return [one.version for one in contexts.history(LOCAL, address).items]


def purged(contexts: Contexts, clock: Clock, days: int, namespace: str | None = None) -> Purge:
    """Purge, after a dry run that must say the same."""
    wanted = old(contexts, LOCAL, days * DAY, namespace=namespace, now=clock.now)
    done = purge(contexts, LOCAL, wanted, now=clock.now)
    assert done == wanted
    return done


def test_a_version_that_held_at_that_time_stays_and_earlier_ones_go(kept: Contexts, clock: Clock) -> None:
    for version in (1, 2, 3, 4):
        put(kept, ONE, version)
        put(kept, TWO, version) if version == 1 else None
        clock.now += 10 * DAY
    # Written on the days 0, 10, 20 and 30; it is the 40th, and on the 15th version 2 held.
    done = purged(kept, clock, 25)
    assert (done.versions, done.version_count) == ((Replaced(ONE, 1, 1),), 1)
    assert (versions(kept, ONE), versions(kept, TWO)) == ([4, 3, 2], [1])
    assert kept.get(LOCAL, ONE, version=2).body == {"exclude": ["v2"]}
    with pytest.raises(ContextNotFoundError, match="context://shop/one/v/1 was purged"):
        kept.get(LOCAL, ONE, version=1)
    with pytest.raises(ContextNotFoundError, match="there is no context://shop/one/v/5 here"):
        kept.get(LOCAL, ONE, version=5)
    put(kept, ONE, 5)


def test_the_latest_version_stays_however_old_it_is(kept: Contexts, clock: Clock) -> None:
    put(kept, ONE, 1)
    put(kept, ONE, 2)
    clock.now += 1_000 * DAY
    purged(kept, clock, 1)
    assert versions(kept, ONE) == [2]
    assert kept.get(LOCAL, ONE).body == {"exclude": ["v2"]}


def test_of_a_deleted_context_its_number_stays_so_that_it_never_stands_for_two_documents(
    kept: Contexts, clock: Clock
) -> None:
    put(kept, ONE, 1)
    kept.delete(LOCAL, ONE, condition=Condition(if_version=1))
    clock.now += 100 * DAY
    assert purged(kept, clock, 90).versions == (Replaced(ONE, 1, 1),)
    assert [(one.version, one.deleted) for one in kept.history(LOCAL, ONE).items] == [(2, True)]
    written = kept.put(LOCAL, ONE, {}, type="project", condition=Condition(if_version=0)).context
    assert written.version == 3


def test_what_a_key_that_is_remembered_refers_to_stays(kept: Contexts, clock: Clock) -> None:
    put(kept, ONE, 1, key="k1")
    put(kept, ONE, 2)
    clock.now += DAY - timedelta(seconds=1)
    assert purged(kept, clock, 1).versions == ()
    again = kept.put(
        LOCAL,
        ONE,
        {"exclude": ["v1"]},
        type="project",
        condition=Condition(if_version=0, idempotency_key="k1"),
    )
    assert (again.replayed, again.context.version) == (True, 1)
    with pytest.raises(InvalidInputError):
        old(kept, LOCAL, DAY - timedelta(seconds=1))


def test_keys_that_have_expired_and_events_that_nobody_took_go(kept: Contexts, clock: Clock) -> None:
    # Ids of events are of the time of the machine, so this is the real one.
    clock.now = datetime.now(UTC)
    put(kept, ONE, 1, key="k1")
    put(kept, Address("other", "one"), 1, key="k1")
    clock.now += 23 * timedelta(hours=1)
    put(kept, ONE, 2, key="k2")
    clock.now += 2 * timedelta(hours=1)
    done = purged(kept, clock, 1, namespace="shop")
    assert (done.keys, done.events) == (1, 2)
    done = purged(kept, clock, 1)
    assert (done.keys, done.events) == (1, 1)
    assert kept.store.read(lambda unit: unit.due(clock.now, 9)) == []


def test_the_chain_goes_on_behind_a_checkpoint_and_verify_says_from_where(kept: Contexts, clock: Clock) -> None:
    for version in (1, 2, 3):
        put(kept, ONE, version)
        clock.now += 10 * DAY
    last = kept.audit(LOCAL, "shop").items[1]
    assert purged(kept, clock, 15).links == (("shop", 2, 2),)
    found = kept.verify(LOCAL, "shop")
    assert (found.broken_at, found.start, found.entries) == (None, 2, 3)
    third, of_version, checkpoint = kept.audit(LOCAL, "shop").items
    assert (third.seq, third.action, third.previous) == (3, "put", last.hash)
    assert (of_version.seq, of_version.action, of_version.name, of_version.version) == (4, "purge", "one", 1)
    assert (checkpoint.seq, checkpoint.action, checkpoint.name) == (5, "purge", CHECKPOINT)
    assert (checkpoint.version, checkpoint.before) == (2, last.hash)
    put(kept, ONE, 4)
    assert kept.verify(LOCAL, "shop").broken_at is None


def test_a_chain_of_which_everything_is_old_goes_on_at_its_next_number(kept: Contexts, clock: Clock) -> None:
    put(kept, ONE, 1)
    clock.now += 100 * DAY
    assert purged(kept, clock, 90).links == (("shop", 1, 1),)
    assert [(link.seq, link.name) for link in kept.audit(LOCAL, "shop").items] == [(2, CHECKPOINT)]
    clock.now += 100 * DAY
    # A checkpoint that would only be replaced by the next stays.
    assert purged(kept, clock, 90).links == ()
    put(kept, ONE, 2)
    clock.now += 100 * DAY
    assert purged(kept, clock, 90).links == (("shop", 3, 2),)
    found = kept.verify(LOCAL, "shop")
    assert (found.broken_at, found.start) == (None, 3)


def test_a_long_chain_and_a_long_history_go_in_pieces(
    kept: Contexts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_LINKS", 3)
    monkeypatch.setattr(retention, "_VERSIONS", 2)
    for version in range(1, 9):
        put(kept, ONE, version)
    clock.now += 100 * DAY
    wanted = old(kept, LOCAL, 90 * DAY, now=clock.now)
    done = purge(kept, LOCAL, wanted, now=clock.now)
    assert (done.version_count, done.link_count) == (7, 8)
    assert versions(kept, ONE) == [8]
    found = kept.verify(LOCAL, "shop")
    assert (found.broken_at, found.start) == (None, 8)


def test_nothing_that_is_young_goes(kept: Contexts, clock: Clock) -> None:
    for version in (1, 2, 3):
        put(kept, ONE, version)
    clock.now += 10 * DAY
    done = purged(kept, clock, 90)
    assert (done.version_count, done.link_count, done.events) == (0, 0, 0)
    assert (versions(kept, ONE), kept.verify(LOCAL, "shop").start) == ([3, 2, 1], 0)


def test_what_was_found_twice_is_removed_once(kept: Contexts, clock: Clock) -> None:
    for version in (1, 2, 3):
        put(kept, ONE, version)
    clock.now += 100 * DAY
    wanted = old(kept, LOCAL, 90 * DAY, now=clock.now)
    purge(kept, LOCAL, wanted, now=clock.now)
    before = kept.audit(LOCAL, "shop").items
    again = purge(kept, LOCAL, wanted, now=clock.now)
    assert (again.version_count, again.link_count) == (0, 0)
    assert kept.audit(LOCAL, "shop").items == before


def test_another_namespace_keeps_what_it_has(kept: Contexts, clock: Clock) -> None:
    other = Address("bank", "one")
    for address in (ONE, other):
        put(kept, address, 1)
        put(kept, address, 2)
    clock.now += 100 * DAY
    assert purged(kept, clock, 90, namespace="shop").versions == (Replaced(ONE, 1, 1),)
    assert (versions(kept, other), kept.verify(LOCAL, "bank").start) == ([2, 1], 0)


def test_only_an_admin_purges(kept: Contexts, clock: Clock) -> None:
    put(kept, ONE, 1)
    ann = Caller("https://id.example#ann")
    with pytest.raises(ContextNotFoundError):
        old(kept, ann, 90 * DAY)
    kept.grant(LOCAL, Grant("shop", ann.subject, "writer"))
    with pytest.raises(ForbiddenError):
        old(kept, ann, 90 * DAY, namespace="shop")
    kept.grant(LOCAL, Grant("shop", ann.subject, "admin"))
    assert old(kept, ann, 90 * DAY, namespace="shop", now=clock.now).version_count == 0


@pytest.mark.parametrize(("age", "namespace"), [(timedelta(days=900_000), None), (90 * DAY, "A/b")])
def test_an_age_or_a_namespace_that_is_none_is_refused(kept: Contexts, age: timedelta, namespace: str | None) -> None:
    with pytest.raises(InvalidInputError):
        old(kept, LOCAL, age, namespace=namespace)


def test_a_history_that_was_purged_is_exported_and_imported_with_its_numbers(kept: Contexts, clock: Clock) -> None:
    for version in (1, 2, 3):
        put(kept, ONE, version)
        clock.now += 10 * DAY
    purged(kept, clock, 15)
    lines = [line + b"\n" for line in exported(kept, LOCAL)]
    into = Contexts(open_store("memory://"))
    assert imported(into, LOCAL, lambda: lines).versions == 2
    assert (versions(into, ONE), into.get(LOCAL, ONE).body) == ([3, 2], {"exclude": ["v3"]})
    assert imported(into, LOCAL, lambda: lines).unchanged == 2


def test_links_that_someone_took_out_by_hand_are_missed(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    for number in range(4):
        put(contexts, Address("shop", f"n{number}"), 1)
    contexts.store.write(lambda unit: unit.purge_links("shop", up_to=2))
    found = contexts.verify(LOCAL, "shop")
    assert (found.broken_at, found.reason) == (2, "no link says that those up to link 2 were purged")
    contexts.store.close()


def test_an_anchor_that_someone_wrote_anew_is_noticed(tmp_path: Path) -> None:
    path, clock = tmp_path / "contexts.db", Clock()
    contexts = Contexts(open_store(f"sqlite:///{path}"), clock=clock)
    put(contexts, ONE, 1)
    clock.now += 100 * DAY
    purged(contexts, clock, 90)
    assert contexts.verify(LOCAL, "shop").broken_at is None
    with sqlite3.connect(path) as other:
        other.execute('UPDATE audit_chain SET anchor = replace(anchor, \'"name": "one"\', \'"name": "two"\')')
    other.close()
    found = contexts.verify(LOCAL, "shop")
    assert (found.broken_at, found.start, found.head) != (None, 1, audit.GENESIS)
    assert found.reason == "no link says that those up to link 1 were purged"
    contexts.store.close()
