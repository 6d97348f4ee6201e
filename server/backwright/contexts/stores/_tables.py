"""The tables of contexts, the same on SQLite and PostgreSQL.

Times are texts in RFC 3339 with microseconds and UTC, which sort as they should on both. Texts compare by code points
on both: addresses are ASCII, and a cursor must mean the same everywhere.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql

METADATA: Final = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"})

_TEXT: Final = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# SQLite numbers rows by itself only where the column is called INTEGER.
_POSITION: Final = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _TEXT, primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


def _version_columns() -> tuple[Column[str] | Column[int] | Column[bool], ...]:
    return (
        _text("type"),
        _number("type_version"),
        _text("digest"),
        _text("body"),
        _text("labels"),
        Column("deleted", Boolean, nullable=False),
        _text("updated_by"),
        _text("updated_at"),
    )


CONTEXT: Final = Table(
    "context",
    METADATA,
    _text("namespace", key=True),
    _text("name", key=True),
    _number("version"),
    *_version_columns(),
)
"""The latest version of each context."""

LABEL: Final = Table(
    "context_label",
    METADATA,
    _text("namespace", key=True),
    _text("name", key=True),
    _text("key", key=True),
    _text("value"),
    Index(None, "key", "value"),
)
"""The labels of the latest versions, to find them by."""

VERSION: Final = Table(
    "context_version",
    METADATA,
    _text("namespace", key=True),
    _text("name", key=True),
    _number("version", key=True),
    *_version_columns(),
)
"""Every version; rows are only ever added."""

IDEMPOTENCY: Final = Table(
    "idempotency",
    METADATA,
    _text("subject", key=True),
    _text("namespace", key=True),
    _text("key", key=True),
    _text("fingerprint"),
    _text("address_namespace"),
    _text("address_name"),
    _number("version"),
    Column("changed", Boolean, nullable=False),
    _text("expires_at"),
    Index(None, "expires_at"),
)

AUDIT: Final = Table(
    "audit",
    METADATA,
    _text("namespace", key=True),
    _number("seq", key=True),
    _text("at"),
    _text("actor"),
    _text("client"),
    _text("request_id"),
    _text("action"),
    _text("name"),
    _number("version"),
    _text("before"),
    _text("after"),
    _text("previous"),
    _text("hash"),
)

CHAIN: Final = Table(
    "audit_chain",
    METADATA,
    _text("namespace", key=True),
    _number("seq"),
    # The last link that was purged, as JSON; empty where none was.
    _text("anchor"),
)
"""Where each chain ends: the row that writers of a namespace lock."""

ACTOR: Final = Table("actor", METADATA, _text("subject", key=True), _text("pseudonym"))

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    _text("id"),
    _text("uri"),
    _text("event"),
    _number("attempts"),
    _text("error"),
    # Empty: at once. An empty text sorts before every time.
    _text("next_at"),
    Index(None, "id", unique=True),
    Index(None, "uri", "position"),
)

GRANT: Final = Table(
    "access_grant",
    METADATA,
    _text("namespace", key=True),
    _text("subject", key=True),
    _text("role", key=True),
    Index(None, "subject"),
)

SCHEMA: Final = Table(
    "context_schema",
    METADATA,
    _text("type", key=True),
    _number("version", key=True),
    _text("body"),
    _text("digest"),
    _text("mode"),
    _text("created_by"),
    _text("created_at"),
)

KEPT: Final = Table(
    "kept",
    METADATA,
    _text("kind", key=True),
    _text("name", key=True),
    _text("data"),
    _number("size"),
    _text("used_at"),
    _number("stamp"),
    Index(None, "kind", "used_at"),
)
"""What processes keep between two requests; see `Kept`. Losing it loses no context."""
