"""Runs the revisions on the connection that `_migrate` hands over; there is no other way in."""

from __future__ import annotations

from alembic import context

from backwright.contexts.stores._tables import METADATA

# The caller's transaction: all revisions or none, under its lock.
context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=False)
context.run_migrations()
