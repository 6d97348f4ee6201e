"""An index for the list of a customer's orders, built while orders are written."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = "ix_orders_customer_id_created_at"


def upgrade() -> None:
    """Build the index; what a build that was cut off left behind goes first."""
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        op.create_index(NAME, "orders", ["customer_id", "created_at"], postgresql_concurrently=True)


def downgrade() -> None:
    """Drop it."""
    with op.get_context().autocommit_block():
        op.drop_index(NAME, "orders", postgresql_concurrently=True)
