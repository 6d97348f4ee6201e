"""What happens at fixed times."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

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
