"""Orders; ran everywhere in January."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("total", sa.Numeric(12, 2), nullable=False),
        sa.Column("comment", sa.String(200)),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("orders")
