"""From rows to values and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import RowMapping

from backwright.contexts.access import Grant, Role
from backwright.contexts.audit import AuditEntry
from backwright.contexts.context import Address, Context
from backwright.contexts.events import ContextEvent
from backwright.contexts.store import Kept, KeptAnswer, Placed, StoredSchema

Values = dict[str, Any]


def moment(at: datetime) -> str:
    """A time as it is stored."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def context_values(context: Context) -> Values:
    """A version of a context as a row."""
    return {
        "namespace": context.address.namespace,
        "name": context.address.name,
        "version": context.version,
        "type": context.type,
        "type_version": context.type_version,
        "digest": context.digest,
        "body": context.text,
        "labels": json.dumps(dict(context.labels), sort_keys=True, separators=(",", ":")),
        "deleted": context.deleted,
        "updated_by": context.updated_by,
        "updated_at": moment(context.updated_at),
    }


def context_of(row: RowMapping) -> Context:
    """The version of a context that a row holds."""
    return Context(
        address=Address(row["namespace"], row["name"]),
        type=row["type"],
        type_version=row["type_version"],
        version=row["version"],
        digest=row["digest"],
        text=row["body"],
        labels=json.loads(row["labels"]),
        deleted=row["deleted"],
        updated_by=row["updated_by"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )


def answer_values(answer: KeptAnswer) -> Values:
    """A kept answer as a row."""
    return {
        "subject": answer.subject,
        "namespace": answer.namespace,
        "key": answer.key,
        "fingerprint": answer.fingerprint,
        "address_namespace": answer.address.namespace,
        "address_name": answer.address.name,
        "version": answer.version,
        "changed": answer.changed,
        "expires_at": moment(answer.expires_at),
    }


def answer_of(row: RowMapping) -> KeptAnswer:
    """The kept answer that a row holds."""
    return KeptAnswer(
        subject=row["subject"],
        namespace=row["namespace"],
        key=row["key"],
        fingerprint=row["fingerprint"],
        address=Address(row["address_namespace"], row["address_name"]),
        version=row["version"],
        changed=row["changed"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )


def entry_of(row: Mapping[str, Any]) -> AuditEntry:
    """The link that a row or an anchor holds."""
    return AuditEntry(**row)


def anchor_text(entry: AuditEntry) -> str:
    """A link as an anchor is stored."""
    return json.dumps(asdict(entry), sort_keys=True)


def grant_of(row: RowMapping) -> Grant:
    """The grant that a row holds."""
    return Grant(row["namespace"], row["subject"], cast("Role", row["role"]))


def schema_of(row: RowMapping) -> StoredSchema:
    """The schema that a row holds."""
    return StoredSchema(
        type=row["type"],
        version=row["version"],
        text=row["body"],
        digest=row["digest"],
        mode=row["mode"],
        created_by=row["created_by"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )


def placed_of(row: RowMapping) -> Placed:
    """An event of the outbox, with its place."""
    return Placed(row["position"], ContextEvent.from_json(row["event"]))


def kept_values(kept: Kept) -> Values:
    """What a process keeps, as a row."""
    return {**asdict(kept), "size": len(kept.data), "used_at": moment(kept.used_at)}


def kept_of(row: RowMapping) -> Kept:
    """The row as what it holds."""
    return Kept(row["kind"], row["name"], row["data"], datetime.fromisoformat(row["used_at"]), row["stamp"])
