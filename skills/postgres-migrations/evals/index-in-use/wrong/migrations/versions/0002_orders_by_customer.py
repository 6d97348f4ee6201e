"""An index for the list of a customer's orders."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the index."""
    op.create_index("ix_orders_customer_id_created_at", "orders", ["customer_id", "created_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_orders_customer_id_created_at", table_name="orders")
