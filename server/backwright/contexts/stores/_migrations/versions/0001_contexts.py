"""The first tables of contexts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _TEXT, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, autoincrement=False) for name in names]


def _version() -> list[sa.Column[str] | sa.Column[int] | sa.Column[bool]]:
    return [
        *_text("namespace", "name"),
        *_number("version"),
        *_text("type"),
        *_number("type_version"),
        *_text("digest", "body", "labels"),
        sa.Column("deleted", sa.Boolean, nullable=False),
        *_text("updated_by", "updated_at"),
    ]


def upgrade() -> None:
    """Make the tables."""
    op.create_table("context", *_version(), sa.PrimaryKeyConstraint("namespace", "name", name="pk_context"))
    op.create_table(
        "context_label",
        *_text("namespace", "name", "key", "value"),
        sa.PrimaryKeyConstraint("namespace", "name", "key", name="pk_context_label"),
    )
    op.create_index("ix_context_label_key_value", "context_label", ["key", "value"])
    op.create_table(
        "context_version",
        *_version(),
        sa.PrimaryKeyConstraint("namespace", "name", "version", name="pk_context_version"),
    )
    op.create_table(
        "idempotency",
        *_text("subject", "namespace", "key", "fingerprint", "address_namespace", "address_name"),
        *_number("version"),
        sa.Column("changed", sa.Boolean, nullable=False),
        *_text("expires_at"),
        sa.PrimaryKeyConstraint("subject", "namespace", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_expires_at", "idempotency", ["expires_at"])
    _audit()
    _outbox()
    op.create_table(
        "access_grant",
        *_text("namespace", "subject", "role"),
        sa.PrimaryKeyConstraint("namespace", "subject", "role", name="pk_access_grant"),
    )
    op.create_index("ix_access_grant_subject", "access_grant", ["subject"])
    op.create_table(
        "context_schema",
        *_text("type"),
        *_number("version"),
        *_text("body", "digest", "mode", "created_by", "created_at"),
        sa.PrimaryKeyConstraint("type", "version", name="pk_context_schema"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        *_text("namespace"),
        *_number("seq"),
        *_text("at", "actor", "client", "request_id", "action", "name"),
        *_number("version"),
        *_text("before", "after", "previous", "hash"),
        sa.PrimaryKeyConstraint("namespace", "seq", name="pk_audit"),
    )
    op.create_table(
        "audit_chain",
        *_text("namespace"),
        *_number("seq"),
        *_text("anchor"),
        sa.PrimaryKeyConstraint("namespace", name="pk_audit_chain"),
    )
    op.create_table("actor", *_text("subject", "pseudonym"), sa.PrimaryKeyConstraint("subject", name="pk_actor"))


def _outbox() -> None:
    position = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("position", position, nullable=False, autoincrement=True),
        *_text("id", "uri", "event"),
        *_number("attempts"),
        *_text("error", "next_at"),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
    )
    op.create_index("ix_outbox_id", "outbox", ["id"], unique=True)
    op.create_index("ix_outbox_uri_position", "outbox", ["uri", "position"])


def downgrade() -> None:
    """Drop them, with everything that they hold."""
    for table in (
        "context_schema",
        "access_grant",
        "outbox",
        "actor",
        "audit_chain",
        "audit",
        "idempotency",
        "context_version",
        "context_label",
        "context",
    ):
        op.drop_table(table)
