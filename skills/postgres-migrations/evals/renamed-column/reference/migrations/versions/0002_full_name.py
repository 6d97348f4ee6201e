"""Users get full_name beside name: the first step of a rename.

This release writes both and reads name, which the release before writes alone. Then, in this order: fill full_name in
batches, a release that reads it, one that does not know name any more, and the revision that drops name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the release before knows nothing of it."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("users", sa.Column("full_name", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it; name has all that is in it."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.drop_column("users", "full_name")
