"""Rename users.name to full_name."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the column."""
    op.alter_column("users", "name", new_column_name="full_name")


def downgrade() -> None:
    """Rename it back."""
    op.alter_column("users", "full_name", new_column_name="name")
