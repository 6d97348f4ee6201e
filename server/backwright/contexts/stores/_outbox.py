"""The outbox of one transaction in SQL, and how statements are run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    CursorResult,
    Executable,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from backwright.contexts.events import ContextEvent, first_id
from backwright.contexts.store import Placed, Waiting
from backwright.contexts.stores import _rows
from backwright.contexts.stores._statements import statements
from backwright.contexts.stores._tables import OUTBOX

# What all processes that lease events of this database lock; any number that nobody else uses.
_LEASE_LOCK: Final = 0x6261636B7773


class Sql:
    """Runs the statements of one transaction.

    Args:
        connection: in a transaction.
        locks: whether rows that will be written are locked when they are read. SQLite has one writer at a time.
    """

    def __init__(self, connection: Connection, *, locks: bool) -> None:
        self._connection = connection
        self._locks = locks
        self._insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        self._ready = statements(connection.dialect.name)

    def _added(self, table: Table, values: Mapping[str, Any]) -> bool:
        return self._run(self._insert(table).values(values).on_conflict_do_nothing()).rowcount == 1

    def _count(self, table: Table, condition: ColumnElement[bool]) -> int:
        return int(self._one(select(func.count().label("count")).select_from(table).where(condition))["count"])

    def _run(
        self, statement: Executable | Insert, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        # Without it the count of an INSERT is anything.
        options = {"preserve_rowcount": True}
        return cast("CursorResult[Any]", self._connection.execute(statement, rows, execution_options=options))

    def _one(self, query: Select[Any], **given: object) -> Any:  # a row, or None
        return self._connection.execute(query, given).mappings().first()

    def _all(self, query: Select[Any] | CompoundSelect[Any], **given: object) -> Sequence[Any]:  # rows
        return self._connection.execute(query, given).mappings().all()


class SqlOutbox(Sql):
    """The outbox; see `Unit`."""

    def enqueue(self, event: ContextEvent) -> None:
        """See `Unit`."""
        values = {"id": event.id, "uri": event.uri, "event": event.to_json(), "attempts": 0, "error": "", "next_at": ""}
        self._run(self._ready.event, values)

    def due(self, now: datetime, limit: int) -> Sequence[Waiting]:
        """See `Unit`."""
        columns, at = OUTBOX.c, _rows.moment(now)
        earlier = OUTBOX.alias("earlier")
        delayed = exists().where(
            earlier.c.uri == columns.uri, earlier.c.position < columns.position, earlier.c.next_at > at
        )
        query = select(OUTBOX).where(columns.next_at <= at, ~delayed).order_by(columns.position).limit(limit)
        return [
            Waiting(ContextEvent.from_json(row["event"]), row["attempts"], row["error"]) for row in self._all(query)
        ]

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        """See `Unit`."""
        if self._connection.dialect.name == "postgresql":
            # Locking rows would not do: a statement that waits for one still sees the others as they were before, and
            # takes a later event of the context whose earlier one has just been leased.
            self._connection.execute(select(func.pg_advisory_xact_lock(_LEASE_LOCK)))
        taken = self.due(now, limit)
        ids = [waiting.event.id for waiting in taken]
        self._run(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(next_at=_rows.moment(until)))
        return taken

    def release(self, ids: Sequence[str]) -> None:
        """See `Unit`."""
        self._run(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(next_at=""))

    def handed_on(self, ids: Sequence[str]) -> None:
        """See `Unit`."""
        self._run(delete(OUTBOX).where(OUTBOX.c.id.in_(ids)))

    def failed(self, ids: Sequence[str], error: str, next_at: datetime) -> None:
        """See `Unit`."""
        values: dict[Any, Any] = {"attempts": OUTBOX.c.attempts + 1, "error": error, "next_at": _rows.moment(next_at)}
        self._run(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(values))

    def events_since(self, at: datetime, limit: int) -> Sequence[ContextEvent]:
        """See `Unit`."""
        query = select(OUTBOX.c.event).where(OUTBOX.c.id >= first_id(at)).order_by(OUTBOX.c.id).limit(limit)
        return [ContextEvent.from_json(row["event"]) for row in self._all(query)]

    def old_events(self, before: datetime, *, namespace: str | None = None) -> int:
        """See `Unit`."""
        return self._count(OUTBOX, _old(before, namespace))

    def forget_events(self, before: datetime, *, namespace: str | None = None) -> int:
        """See `Unit`."""
        return self._run(delete(OUTBOX).where(_old(before, namespace))).rowcount

    def placed_since(self, at: datetime, *, after: str, limit: int) -> Sequence[Placed]:
        """See `Unit`."""
        columns = OUTBOX.c
        query = select(columns.position, columns.event).where(columns.id >= first_id(at), columns.id > after)
        return [_rows.placed_of(row) for row in self._all(query.order_by(columns.id).limit(limit))]

    def placed_after(self, place: int, *, among: Sequence[int], limit: int) -> Sequence[Placed]:
        """See `Unit`."""
        columns = OUTBOX.c
        wanted = columns.position > place
        query = select(columns.position, columns.event).where(or_(wanted, columns.position.in_(among)))
        return [_rows.placed_of(row) for row in self._all(query.order_by(columns.position).limit(limit))]


def _old(before: datetime, namespace: str | None) -> ColumnElement[bool]:
    old = OUTBOX.c.id < first_id(before)
    return old if namespace is None else and_(old, OUTBOX.c.uri.startswith(f"context://{namespace}/", autoescape=True))
