"""The tables of one transaction in SQL: one set of statements for SQLite and PostgreSQL."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    union,
    update,
)

from backwright.contexts.access import Grant
from backwright.contexts.audit import AuditEntry
from backwright.contexts.context import Address, Context
from backwright.contexts.store import Kept, KeptAnswer, Listing, Replaced, StoredSchema
from backwright.contexts.stores import _rows
from backwright.contexts.stores._migrate import HEAD, revision
from backwright.contexts.stores._outbox import SqlOutbox
from backwright.contexts.stores._tables import (
    ACTOR,
    AUDIT,
    CHAIN,
    CONTEXT,
    GRANT,
    IDEMPOTENCY,
    KEPT,
    LABEL,
    SCHEMA,
    VERSION,
)


class SqlUnit(SqlOutbox):
    """The tables of one transaction; see `Unit`."""

    # Contexts

    def context(self, address: Address) -> Context | None:
        """See `Unit`."""
        query = self._ready.locked_context if self._locks else self._ready.context
        row = self._one(query, at_namespace=address.namespace, at_name=address.name)
        return None if row is None else _rows.context_of(row)

    def version(self, address: Address, number: int) -> Context | None:
        """See `Unit`."""
        row = self._one(select(VERSION).where(_at(VERSION, address), VERSION.c.version == number))
        return None if row is None else _rows.context_of(row)

    def versions(self, address: Address, *, before: int | None, limit: int) -> Sequence[Context]:
        """See `Unit`."""
        query = select(VERSION).where(_at(VERSION, address)).order_by(VERSION.c.version.desc()).limit(limit)
        if before is not None:
            query = query.where(VERSION.c.version < before)
        return [_rows.context_of(row) for row in self._all(query)]

    def contexts(self, listing: Listing) -> Sequence[Context]:
        """See `Unit`."""
        query = select(CONTEXT).order_by(CONTEXT.c.namespace, CONTEXT.c.name).limit(listing.limit)
        if listing.namespaces is not None:
            query = query.where(CONTEXT.c.namespace.in_(sorted(listing.namespaces)))
        if listing.after is not None:
            space, name = listing.after.namespace, listing.after.name
            later = and_(CONTEXT.c.namespace == space, CONTEXT.c.name > name)
            query = query.where(or_(CONTEXT.c.namespace > space, later))
        if listing.type is not None:
            query = query.where(CONTEXT.c.type == listing.type)
        if not listing.deleted:
            query = query.where(CONTEXT.c.deleted.is_(False))
        for key, value in (listing.labels or {}).items():
            same = and_(LABEL.c.namespace == CONTEXT.c.namespace, LABEL.c.name == CONTEXT.c.name)
            query = query.where(exists().where(same, LABEL.c.key == key, LABEL.c.value == value))
        return [_rows.context_of(row) for row in self._all(query)]

    def namespaces(self) -> Sequence[str]:
        """See `Unit`."""
        query = select(CONTEXT.c.namespace).distinct().order_by(CONTEXT.c.namespace)
        return [row["namespace"] for row in self._all(query)]

    def save(self, context: Context, *, expected: int) -> bool:
        """See `Unit`."""
        values = _rows.context_values(context)
        if expected == 0:
            done = self._run(self._ready.new_context, values).rowcount
        else:
            place = {"at_namespace": context.address.namespace, "at_name": context.address.name}
            done = self._run(self._ready.next_context, {**values, **place, "expected": expected}).rowcount
        if done != 1:
            return False
        self._run(self._ready.version, values)
        if expected:
            self._run(delete(LABEL).where(_at(LABEL, context.address)))
        if context.labels:
            place = {"namespace": context.address.namespace, "name": context.address.name}
            labels = [{**place, "key": key, "value": value} for key, value in context.labels.items()]
            self._run(LABEL.insert(), labels)
        return True

    def replaced(self, namespace: str, before: datetime) -> Sequence[Replaced]:
        """See `Unit`."""
        own, following = VERSION.c, VERSION.alias("following").c
        joined = and_(following.namespace == own.namespace, following.name == own.name)
        query = (
            select(own.name, func.min(own.version).label("first"), func.max(own.version).label("last"))
            .where(joined, following.version == own.version + 1)
            .where(own.namespace == namespace, following.updated_at < _rows.moment(before))
            .group_by(own.name)
            .order_by(own.name)
        )
        return [Replaced(Address(namespace, row["name"]), row["first"], row["last"]) for row in self._all(query)]

    def purge_versions(self, address: Address, *, up_to: int) -> int:
        """See `Unit`."""
        latest = select(CONTEXT.c.version).where(_at(CONTEXT, address)).scalar_subquery()
        old = and_(_at(VERSION, address), VERSION.c.version <= up_to, VERSION.c.version < latest)
        return self._run(delete(VERSION).where(old)).rowcount

    # Idempotency keys

    def answer(self, subject: str, namespace: str, key: str, now: datetime) -> KeptAnswer | None:
        """See `Unit`."""
        row = self._one(
            self._ready.answer, at_subject=subject, at_namespace=namespace, at_key=key, now=_rows.moment(now)
        )
        return None if row is None else _rows.answer_of(row)

    def claim(self, answer: KeptAnswer, now: datetime) -> bool:
        """See `Unit`."""
        values = {**_rows.answer_values(answer), "now": _rows.moment(now)}
        return self._run(self._ready.claim, values).rowcount == 1

    def settle(self, answer: KeptAnswer) -> None:
        """See `Unit`."""
        columns = IDEMPOTENCY.c
        own = and_(columns.subject == answer.subject, columns.namespace == answer.namespace, columns.key == answer.key)
        self._run(update(IDEMPOTENCY).where(own).values(version=answer.version, changed=answer.changed))

    def expired_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        """See `Unit`."""
        return self._count(IDEMPOTENCY, _expired(now, namespace))

    def forget_answers(self, now: datetime, *, namespace: str | None = None) -> int:
        """See `Unit`."""
        return self._run(delete(IDEMPOTENCY).where(_expired(now, namespace))).rowcount

    # Audit

    def last_link(self, namespace: str) -> AuditEntry | None:
        """See `Unit`."""
        if self._locks:
            self._run(self._ready.start_chain, {"namespace": namespace, "seq": 0, "anchor": ""})
        head = self._one(self._ready.locked_chain if self._locks else self._ready.chain, at_namespace=namespace)
        if head is None or head["seq"] == 0:
            return None
        last = self._one(self._ready.last_link, at_namespace=namespace, at_seq=head["seq"])
        return _rows.entry_of(last) if last is not None else self.anchor(namespace)

    def link(self, entry: AuditEntry) -> None:
        """See `Unit`."""
        self._run(self._ready.link, asdict(entry))
        self._run(self._ready.end_chain, {"namespace": entry.namespace, "seq": entry.seq, "anchor": ""})

    def links(self, namespace: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        """See `Unit`."""
        query = select(AUDIT).where(AUDIT.c.namespace == namespace, AUDIT.c.seq > after)
        return [_rows.entry_of(row) for row in self._all(query.order_by(AUDIT.c.seq).limit(limit))]

    def chains(self) -> Sequence[str]:
        """See `Unit`."""
        # Whoever tampers may have taken the one or the other.
        every = union(select(CHAIN.c.namespace).where(CHAIN.c.seq > 0), select(AUDIT.c.namespace))
        return sorted(row["namespace"] for row in self._all(every))

    def anchor(self, namespace: str) -> AuditEntry | None:
        """See `Unit`."""
        row = self._one(select(CHAIN.c.anchor).where(CHAIN.c.namespace == namespace))
        return _rows.entry_of(json.loads(row["anchor"])) if row is not None and row["anchor"] else None

    def purge_links(self, namespace: str, *, up_to: int) -> int:
        """See `Unit`."""
        own = and_(AUDIT.c.namespace == namespace, AUDIT.c.seq <= up_to)
        last = self._one(select(AUDIT).where(own).order_by(AUDIT.c.seq.desc()).limit(1))
        if last is None:
            return 0
        anchor = _rows.anchor_text(_rows.entry_of(last))
        self._run(update(CHAIN).where(CHAIN.c.namespace == namespace).values(anchor=anchor))
        return self._run(delete(AUDIT).where(own)).rowcount

    def actor(self, subject: str) -> str:
        """See `Unit`."""
        row = self._one(self._ready.actor, at_subject=subject)
        if row is None:
            new = {"subject": subject, "pseudonym": f"actor-{secrets.token_hex(8)}"}
            self._run(self._insert(ACTOR).values(new).on_conflict_do_nothing())
            row = self._one(self._ready.actor, at_subject=subject)
        return str(row["pseudonym"]) if row is not None else ""

    def forget_actor(self, subject: str) -> bool:
        """See `Unit`."""
        return self._run(delete(ACTOR).where(ACTOR.c.subject == subject)).rowcount == 1

    # Grants

    def grants(self, *, subject: str | None = None, namespace: str | None = None) -> Sequence[Grant]:
        """See `Unit`."""
        if subject is not None and namespace is None:
            return [_rows.grant_of(row) for row in self._all(self._ready.grants, at_subject=subject)]
        query = select(GRANT).order_by(GRANT.c.namespace, GRANT.c.subject, GRANT.c.role)
        if subject is not None:
            query = query.where(GRANT.c.subject == subject)
        if namespace is not None:
            query = query.where(GRANT.c.namespace == namespace)
        return [_rows.grant_of(row) for row in self._all(query)]

    def grant(self, grant: Grant) -> bool:
        """See `Unit`."""
        return self._added(GRANT, asdict(grant))

    def revoke(self, grant: Grant) -> bool:
        """See `Unit`."""
        same = [GRANT.c[key] == value for key, value in asdict(grant).items()]
        return self._run(delete(GRANT).where(*same)).rowcount == 1

    # Schemas

    def schema(self, kind: str, version: int | None) -> StoredSchema | None:
        """See `Unit`."""
        query = select(SCHEMA).where(SCHEMA.c.type == kind).order_by(SCHEMA.c.version.desc()).limit(1)
        row = self._one(query if version is None else query.where(SCHEMA.c.version == version))
        return None if row is None else _rows.schema_of(row)

    def schemas(self, kind: str | None) -> Sequence[StoredSchema]:
        """See `Unit`."""
        query = select(SCHEMA).order_by(SCHEMA.c.type, SCHEMA.c.version)
        return [
            _rows.schema_of(row) for row in self._all(query if kind is None else query.where(SCHEMA.c.type == kind))
        ]

    def add_schema(self, schema: StoredSchema) -> bool:
        """See `Unit`."""
        values = {**asdict(schema), "body": schema.text, "created_at": _rows.moment(schema.created_at)}
        del values["text"]
        return self._added(SCHEMA, values)

    # What processes keep

    def kept(self, kind: str, name: str) -> Kept | None:
        """See `Unit`."""
        row = self._one(self._ready.kept, at_kind=kind, at_name=name)
        return None if row is None else _rows.kept_of(row)

    def keep(self, kept: Kept) -> bool:
        """See `Unit`."""
        values = _rows.kept_values(kept)
        if kept.stamp == 1:
            return self._run(self._ready.new_kept, values).rowcount == 1
        place = {"at_kind": kept.kind, "at_name": kept.name, "expected": kept.stamp - 1}
        return self._run(self._ready.next_kept, {**values, **place}).rowcount == 1

    def forget_kept(self, kind: str, before: datetime, most: int, size: int) -> int:
        """See `Unit`."""
        order = (KEPT.c.used_at.desc(), KEPT.c.name.desc())
        number = func.row_number().over(order_by=order).label("number")
        total = func.sum(KEPT.c.size).over(order_by=order).label("total")
        rows = select(KEPT.c.name, number, total).where(KEPT.c.kind == kind).subquery()
        above = and_(rows.c.number > 1, or_(rows.c.number > most, rows.c.total > size))
        gone = or_(KEPT.c.used_at < _rows.moment(before), KEPT.c.name.in_(select(rows.c.name).where(above)))
        return self._run(delete(KEPT).where(KEPT.c.kind == kind, gone)).rowcount

    def revision(self) -> tuple[str | None, str | None]:
        """See `Unit`."""
        return revision(self._connection), HEAD


def _at(table: Table, address: Address) -> Any:  # a condition
    return and_(table.c.namespace == address.namespace, table.c.name == address.name)


def _expired(now: datetime, namespace: str | None) -> ColumnElement[bool]:
    old = IDEMPOTENCY.c.expires_at <= _rows.moment(now)
    return old if namespace is None else and_(old, IDEMPOTENCY.c.namespace == namespace)
