"""A store that lives as long as its process: for tests, and for a server that must keep nothing.

A transaction works on copies of the tables that it touches, under one lock, and the copies become the tables at its
end. It is also the plainest statement of what a `Unit` does.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from backwright.contexts.access import Grant
from backwright.contexts.audit import AuditEntry
from backwright.contexts.context import Address, Context
from backwright.contexts.events import ContextEvent, first_id
from backwright.contexts.store import Backend, Kept, KeptAnswer, Listing, Placed, Replaced, StoredSchema, Unit, Waiting

T = TypeVar("T")


@dataclass
class _Tables:
    histories: dict[Address, tuple[Context, ...]] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], KeptAnswer] = field(default_factory=dict)
    chains: dict[str, tuple[AuditEntry, ...]] = field(default_factory=dict)
    anchors: dict[str, AuditEntry] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    outbox: dict[str, tuple[Waiting, datetime | None]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    last_place: int = 0
    grants: frozenset[Grant] = frozenset()
    schemas: dict[tuple[str, int], StoredSchema] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)


class _MemoryUnit:
    """The tables of one transaction; see `Unit`."""

    def __init__(self, tables: _Tables) -> None:
        self._at = tables

    def context(self, address: Address) -> Context | None:
        history = self._at.histories.get(address, ())
        return history[-1] if history else None

    def version(self, address: Address, number: int) -> Context | None:
        return next((one for one in self._at.histories.get(address, ()) if one.version == number), None)

    def versions(self, address: Address, *, before: int | None, limit: int) -> Sequence[Context]:
        history = self._at.histories.get(address, ())
        return [one for one in reversed(history) if before is None or one.version < before][:limit]

    def contexts(self, listing: Listing) -> Sequence[Context]:
        wanted = (listing.labels or {}).items()
        found = (
            history[-1]
            for address, history in sorted(self._at.histories.items())
            if (listing.namespaces is None or address.namespace in listing.namespaces)
            and (listing.after is None or address > listing.after)
        )
        fitting = [
            one
            for one in found
            if (listing.deleted or not one.deleted)
            and listing.type in {None, one.type}
            and wanted <= dict(one.labels).items()
        ]
        return fitting[: listing.limit]

    def namespaces(self) -> Sequence[str]:
        return sorted({address.namespace for address in self._at.histories})

    def save(self, context: Context, *, expected: int) -> bool:
        history = self._at.histories.get(context.address, ())
        if (history[-1].version if history else 0) != expected:
            return False
        self._at.histories[context.address] = (*history, context)
        return True

    def replaced(self, namespace: str, before: datetime) -> Sequence[Replaced]:
        found = []
        for address, history in sorted(self._at.histories.items()):
            old = [one.version for one, following in pairwise(history) if following.updated_at < before]
            if address.namespace == namespace and old:
                found.append(Replaced(address, old[0], old[-1]))
        return found

    def purge_versions(self, address: Address, *, up_to: int) -> int:
        history = self._at.histories.get(address, ())
        kept = (*(one for one in history[:-1] if one.version > up_to), *history[-1:])
        if history:
            self._at.histories[address] = kept
        return len(history) - len(kept)

    def answer(self, subject: str, namespace: str, key: str, now: datetime) -> KeptAnswer | None:
        kept = self._at.answers.get((subject, namespace, key))
        return None if kept is None or kept.expires_at <= now else kept

    def claim(self, answer: KeptAnswer, now: datetime) -> bool:
        if self.answer(answer.subject, answer.namespace, answer.key, now) is not None:
            return False
        self.settle(answer)
        return True

    def settle(self, answer: KeptAnswer) -> None:
        self._at.answers[answer.subject, answer.namespace, answer.key] = answer

    def expired_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        return len(self._expired(now, namespace))

    def forget_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        old = self._expired(now, namespace)
        for key in old:
            del self._at.answers[key]
        return len(old)

    def _expired(self, now: datetime, namespace: str | None) -> list[tuple[str, str, str]]:
        return [
            key
            for key, kept in self._at.answers.items()
            if kept.expires_at <= now and namespace in {None, kept.namespace}
        ]

    def last_link(self, namespace: str) -> AuditEntry | None:
        chain = self._at.chains.get(namespace, ())
        return chain[-1] if chain else self._at.anchors.get(namespace)

    def link(self, entry: AuditEntry) -> None:
        self._at.chains[entry.namespace] = (*self._at.chains.get(entry.namespace, ()), entry)

    def chains(self) -> Sequence[str]:
        return sorted({*self._at.chains, *self._at.anchors})

    def links(self, namespace: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        return [entry for entry in self._at.chains.get(namespace, ()) if entry.seq > after][:limit]

    def anchor(self, namespace: str) -> AuditEntry | None:
        return self._at.anchors.get(namespace)

    def purge_links(self, namespace: str, *, up_to: int) -> int:
        chain = self._at.chains.get(namespace, ())
        gone = [entry for entry in chain if entry.seq <= up_to]
        if gone:
            self._at.anchors[namespace] = gone[-1]
            self._at.chains[namespace] = chain[len(gone) :]
        return len(gone)

    def actor(self, subject: str) -> str:
        return self._at.actors.setdefault(subject, f"actor-{secrets.token_hex(8)}")

    def forget_actor(self, subject: str) -> bool:
        return self._at.actors.pop(subject, None) is not None

    def enqueue(self, event: ContextEvent) -> None:
        self._at.outbox[event.id] = (Waiting(event), None)
        self._at.last_place += 1
        self._at.places[event.id] = self._at.last_place

    def due(self, now: datetime, limit: int) -> Sequence[Waiting]:
        found: list[Waiting] = []
        blocked: set[str] = set()
        for waiting, next_at in self._at.outbox.values():
            if next_at is not None and next_at > now:
                blocked.add(waiting.event.uri)
            elif waiting.event.uri not in blocked:
                found.append(waiting)
        return found[:limit]

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        taken = self.due(now, limit)
        for waiting in taken:
            self._at.outbox[waiting.event.id] = (waiting, until)
        return taken

    def release(self, ids: Sequence[str]) -> None:
        for each in self._at.outbox.keys() & set(ids):
            self._at.outbox[each] = (self._at.outbox[each][0], None)

    def handed_on(self, ids: Sequence[str]) -> None:
        for each in ids:
            self._at.outbox.pop(each, None)
            self._at.places.pop(each, None)

    def failed(self, ids: Sequence[str], error: str, next_at: datetime) -> None:
        for each in self._at.outbox.keys() & set(ids):
            waiting, _ = self._at.outbox[each]
            self._at.outbox[each] = (replace(waiting, attempts=waiting.attempts + 1, error=error), next_at)

    def events_since(self, at: datetime, limit: int) -> Sequence[ContextEvent]:
        return [self._at.outbox[each][0].event for each in sorted(self._at.outbox) if each >= first_id(at)][:limit]

    def placed_since(self, at: datetime, *, after: str, limit: int) -> Sequence[Placed]:
        ids = sorted(each for each in self._at.outbox if each >= first_id(at) and each > after)
        return [self._placed(each) for each in ids[:limit]]

    def placed_after(self, place: int, *, among: Sequence[int], limit: int) -> Sequence[Placed]:
        # They are in the order of their places.
        ids = [each for each, own in self._at.places.items() if own > place or own in among]
        return [self._placed(each) for each in ids[:limit]]

    def _placed(self, each: str) -> Placed:
        return Placed(self._at.places[each], self._at.outbox[each][0].event)

    def old_events(self, before: datetime, *, namespace: str | None = None) -> int:
        return len(self._old(before, namespace))

    def forget_events(self, before: datetime, *, namespace: str | None = None) -> int:
        old = self._old(before, namespace)
        self.handed_on(old)
        return len(old)

    def _old(self, before: datetime, namespace: str | None) -> list[str]:
        start = "" if namespace is None else f"context://{namespace}/"
        return [
            each
            for each, (waiting, _) in self._at.outbox.items()
            if each < first_id(before) and waiting.event.uri.startswith(start)
        ]

    def grants(self, *, subject: str | None = None, namespace: str | None = None) -> Sequence[Grant]:
        return sorted(
            grant
            for grant in self._at.grants
            if subject in {None, grant.subject} and namespace in {None, grant.namespace}
        )

    def grant(self, grant: Grant) -> bool:
        new = grant not in self._at.grants
        self._at.grants |= {grant}
        return new

    def revoke(self, grant: Grant) -> bool:
        there = grant in self._at.grants
        self._at.grants -= {grant}
        return there

    def schema(self, kind: str, version: int | None) -> StoredSchema | None:
        if version is not None:
            return self._at.schemas.get((kind, version))
        return max(self.schemas(kind), key=lambda one: one.version, default=None)

    def schemas(self, kind: str | None) -> Sequence[StoredSchema]:
        return [one for (each, _), one in sorted(self._at.schemas.items()) if kind in {None, each}]

    def add_schema(self, schema: StoredSchema) -> bool:
        place = (schema.type, schema.version)
        if place in self._at.schemas:
            return False
        self._at.schemas[place] = schema
        return True

    def kept(self, kind: str, name: str) -> Kept | None:
        return self._at.kept.get((kind, name))

    def keep(self, kept: Kept) -> bool:
        there = self.kept(kept.kind, kept.name)
        if (0 if there is None else there.stamp) != kept.stamp - 1:
            return False
        self._at.kept[kept.kind, kept.name] = kept
        return True

    def forget_kept(self, kind: str, before: datetime, most: int, size: int) -> int:
        newest = sorted(
            (one for one in self._at.kept.values() if one.kind == kind), key=lambda one: (one.used_at, one.name)
        )
        gone, total = [], 0
        for number, one in enumerate(reversed(newest)):
            total += len(one.data)
            if one.used_at < before or (number and (number >= most or total > size)):
                gone.append(one)
        for one in gone:
            del self._at.kept[kind, one.name]
        return len(gone)

    def revision(self) -> tuple[str | None, str | None]:
        return None, None


class MemoryStore:
    """Contexts in the memory of this process; see `Store`."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self._lock = threading.Lock()

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run work on copies of the tables, which become the tables if it does not raise."""
        with self._lock:
            # The values are immutable, so a shallow copy of each table is a snapshot.
            copies = _Tables(**{name: copy.copy(table) for name, table in vars(self._tables).items()})
            done = work(_MemoryUnit(copies))
            self._tables = copies
            return done

    def read(self, work: Callable[[Unit], T]) -> T:
        """Run work on the tables as they are."""
        return work(_MemoryUnit(self._tables))

    def close(self) -> None:
        """Nothing is held open."""


BACKEND = Backend(name="memory", schemes=("memory",), open=lambda _: MemoryStore(), state=lambda _: "none")
