"""What several processes keep between two requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept",
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("size", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("used_at", _TEXT, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_kept"),
    )
    op.create_index("ix_kept_kind_used_at", "kept", ["kind", "used_at"])


def downgrade() -> None:
    """Drop it, with everything that it holds."""
    op.drop_table("kept")
