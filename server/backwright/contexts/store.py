"""What a store is: a place where contexts are kept, whatever keeps them.

A store runs work inside a transaction; the work speaks to it through a `Unit`, which knows tables and no rules. All
rules (conditions, keys, grants, the chain, events) stand once, above, so that every store answers alike; one contract
test holds each of them to it.

Stores are synchronous and may be called from many threads at once, like every other engine: the surfaces cross over
with a thread, and a group commit needs nothing but a queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, TypeVar

from backwright.contexts.access import Grant
from backwright.contexts.audit import AuditEntry
from backwright.contexts.context import Address, Context
from backwright.contexts.events import ContextEvent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request with an idempotency key came to.

    Args:
        subject: who sent it; another's keys are other keys.
        namespace: where.
        key: as it was sent.
        fingerprint: the digest of the request.
        address: the context that was written.
        version: the version that the answer showed; 0 as long as it is not known.
        changed: whether the request made it.
        expires_at: when the key is forgotten, in UTC.
    """

    subject: str
    namespace: str
    key: str
    fingerprint: str
    address: Address
    version: int
    changed: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """A schema that a user registered; immutable.

    Args:
        type: its type.
        version: from 1, without gaps.
        text: the JSON Schema in canonical JSON.
        digest: of that text.
        mode: the compatibility that the type promises: NONE, BACKWARD, FORWARD or FULL.
        created_by: who registered it, as a pseudonym.
        created_at: when, in UTC.
    """

    type: str
    version: int
    text: str
    digest: str
    mode: str
    created_by: str
    created_at: datetime

    @property
    def uri(self) -> str:
        """Its address."""
        return f"context-schema://{self.type}/v{self.version}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Which contexts to list, in the order of their addresses.

    Args:
        namespaces: only these; None for all.
        after: only those behind this address.
        type: only of this type.
        labels: only with all of these.
        limit: at most so many.
        deleted: those that are gone as well.
    """

    namespaces: frozenset[str] | None
    after: Address | None = None
    type: str | None = None
    labels: Mapping[str, str] | None = None
    limit: int = 100
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Replaced:
    """Versions of a context that others have followed, from the first to the last that is kept."""

    address: Address
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event in the outbox, and how often it could not be handed on."""

    event: ContextEvent
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An event in the outbox, and its place there.

    Places grow from 1. A transaction takes its places before it ends, so that one that took longer brings events with
    lower places than those that are there by then; places that nobody has were those of transactions that failed. On
    SQLite a place is given again once the highest one has been removed.
    """

    place: int
    event: ContextEvent


@dataclass(frozen=True, slots=True)
class Kept:
    """What a process keeps between two requests, so that any other on the same store can answer the second.

    Args:
        kind: of what it is.
        name: which of them.
        data: its text.
        used_at: when it was used last, in UTC.
        stamp: how often it was written, from 1.
    """

    kind: str
    name: str
    data: str
    used_at: datetime
    stamp: int


class Unit(Protocol):
    """The tables, inside of one transaction. Every method may raise what the store's `write` and `read` raise."""

    def context(self, address: Address) -> Context | None:
        """The latest version, a deletion too; locked against other writers where the transaction writes."""

    def version(self, address: Address, number: int) -> Context | None:
        """One version."""

    def versions(self, address: Address, *, before: int | None, limit: int) -> Sequence[Context]:
        """The versions below `before`, the newest first."""

    def contexts(self, listing: Listing) -> Sequence[Context]:
        """The latest versions."""

    def namespaces(self) -> Sequence[str]:
        """Every namespace that holds a context, sorted."""

    def save(self, context: Context, *, expected: int) -> bool:
        """Make a version the latest, if the latest is the expected one (0: there is none); append it to the history."""

    def replaced(self, namespace: str, before: datetime) -> Sequence[Replaced]:
        """The versions that are kept though another had followed them before that time, by name."""

    def purge_versions(self, address: Address, *, up_to: int) -> int:
        """Remove the versions up to that one, never the latest; how many."""

    def answer(self, subject: str, namespace: str, key: str, now: datetime) -> KeptAnswer | None:
        """What an idempotency key came to, unless it has expired."""

    def claim(self, answer: KeptAnswer, now: datetime) -> bool:
        """Take a key before the answer is known; False where it is taken and has not expired.

        A second transaction with the same key waits until the first has ended.
        """

    def settle(self, answer: KeptAnswer) -> None:
        """Keep the answer under the key that this transaction has claimed."""

    def expired_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        """How many keys have expired, in one namespace or in all."""

    def forget_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        """Remove the keys that have expired, in one namespace or in all; how many."""

    def last_link(self, namespace: str) -> AuditEntry | None:
        """The last link of a chain; locked until the transaction ends."""

    def link(self, entry: AuditEntry) -> None:
        """Append a link."""

    def links(self, namespace: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        """The links behind a sequence number."""

    def chains(self) -> Sequence[str]:
        """Every namespace that something was done in, sorted."""

    def anchor(self, namespace: str) -> AuditEntry | None:
        """The last link that was purged."""

    def purge_links(self, namespace: str, *, up_to: int) -> int:
        """Remove the links up to a sequence number and keep the last of them as the anchor; how many."""

    def actor(self, subject: str) -> str:
        """The pseudonym of a subject; a new one if it has none."""

    def forget_actor(self, subject: str) -> bool:
        """Remove what leads from a pseudonym to its subject."""

    def enqueue(self, event: ContextEvent) -> None:
        """Put an event into the outbox."""

    def due(self, now: datetime, limit: int) -> Sequence[Waiting]:
        """The oldest events that are to be handed on now, in the order in which they were put in.

        An event waits for the earlier ones of its context, so that each context's events keep their order.
        """

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """Take what is due: nobody else gets it, or a later event of its context, before the lease has ended.

        One transaction after the other does this, whoever asks, so that no two get the same event.
        """

    def release(self, ids: Sequence[str]) -> None:
        """Give leased events back at once, as if they had not been taken."""

    def handed_on(self, ids: Sequence[str]) -> None:
        """Remove events from the outbox."""

    def failed(self, ids: Sequence[str], error: str, next_at: datetime) -> None:
        """Count a failed attempt of each that is still there, and leave it alone until then."""

    def events_since(self, at: datetime, limit: int) -> Sequence[ContextEvent]:
        """The events in the outbox that were made at that time or later, the oldest first, leased or not."""

    def placed_since(self, at: datetime, *, after: str, limit: int) -> Sequence[Placed]:
        """The events in the outbox that were made at that time or later and have greater ids, by id."""

    def placed_after(self, place: int, *, among: Sequence[int], limit: int) -> Sequence[Placed]:
        """The events in the outbox behind a place, and those at these places, by place."""

    def old_events(self, before: datetime, *, namespace: str | None = None) -> int:
        """How many events in the outbox were made before that time, in one namespace or in all."""

    def forget_events(self, before: datetime, *, namespace: str | None = None) -> int:
        """Remove events that were made before that time, handed on or not; how many."""

    def grants(self, *, subject: str | None = None, namespace: str | None = None) -> Sequence[Grant]:
        """The grants of a subject, of a namespace, or all of them."""

    def grant(self, grant: Grant) -> bool:
        """Add a grant; False if it is there."""

    def revoke(self, grant: Grant) -> bool:
        """Remove a grant; False if it is not there."""

    def schema(self, kind: str, version: int | None) -> StoredSchema | None:
        """One version of a registered schema, or its latest."""

    def schemas(self, kind: str | None) -> Sequence[StoredSchema]:
        """All registered schemas, or those of one type, in the order of type and version."""

    def add_schema(self, schema: StoredSchema) -> bool:
        """Register a version of a schema; False if there is one of that number."""

    def kept(self, kind: str, name: str) -> Kept | None:
        """What is kept under a name, however long ago it was used."""

    def keep(self, kept: Kept) -> bool:
        """Keep it in the place of what has the stamp before (with 1: of nothing); False if that is not there."""

    def forget_kept(self, kind: str, before: datetime, most: int, size: int) -> int:
        """Remove what was not used since, and of the rest what was used longest ago, above so many or so many
        characters together; the last used always stays. How many were removed.
        """

    def revision(self) -> tuple[str | None, str | None]:
        """The revision of the tables, and the one that this version writes; a store without revisions has neither."""


class Store(Protocol):
    """A place where contexts are kept."""

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run work in a transaction and return once it is durable; if it raises, nothing of it is kept.

        Work may run more than once, where the database asks for it, so it has no effects of its own.

        Raises:
            StoreUnavailableError: the database cannot be reached, or is busy for too long.
            StorageFullError: the disk is full or read-only.
        """

    def read(self, work: Callable[[Unit], T]) -> T:
        """Run work that only reads, on one consistent state.

        Raises:
            StoreUnavailableError: the database cannot be reached, or is busy for too long.
        """

    def close(self) -> None:
        """End what the store holds open, after what is being written."""


State: TypeAlias = Literal["none", "behind", "current", "unknown"]
"""How a store's tables are: not made yet, to be migrated when it is opened, as they should be, or a later version's."""


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of store, declared as `BACKEND` by its module.

    Args:
        name: what it is called in a report: `sqlite`.
        schemes: the schemes of the URLs that it opens.
        open: opens the store at a URL, and makes or migrates its tables.
        state: how the tables at a URL are, without making or changing any.
        backup: copies the store at a URL, which may be in use, to a file that is not there yet; None where the database
            has its own programs for that.
    """

    name: str
    schemes: tuple[str, ...]
    open: Callable[[str], Store]
    state: Callable[[str], State]
    backup: Callable[[str, Path], None] | None = None


class Opened(AbstractContextManager[Store]):
    """A store that is closed at the end of a block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()
