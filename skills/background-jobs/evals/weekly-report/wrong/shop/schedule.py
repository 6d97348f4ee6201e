"""What happens at fixed times."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

TABLES = """
CREATE TABLE tenants (id INTEGER PRIMARY KEY);
"""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database."""
    connection.executescript(TABLES)


def tick(connection: sqlite3.Connection, enqueue: Callable[[int], None], now: datetime) -> None:
    """Enqueue the weekly reports that are due.

    Args:
        connection: a connection without an open transaction.
        enqueue: enqueues the report of a tenant.
        now: the time, in UTC.
    """
    local = now.astimezone(ZoneInfo("Europe/Zurich"))
    if (local.weekday(), local.hour, local.minute) == (0, 6, 0):
        for (tenant_id,) in connection.execute("SELECT id FROM tenants").fetchall():
            enqueue(tenant_id)
