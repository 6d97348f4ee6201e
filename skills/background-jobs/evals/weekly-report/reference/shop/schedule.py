"""What happens at fixed times."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Zurich")
SIX: Final = time(6)

TABLES = """
CREATE TABLE tenants (id INTEGER PRIMARY KEY);
CREATE TABLE reports (
    tenant_id INTEGER NOT NULL REFERENCES tenants,
    monday TEXT NOT NULL,
    PRIMARY KEY (tenant_id, monday)
);
"""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database."""
    connection.executescript(TABLES)


def week_of(now: datetime) -> str | None:
    """The Monday of this week if its report is due."""
    local = now.astimezone(ZONE)
    monday = local.date() - timedelta(days=local.weekday())
    return None if local.date() == monday and local.time() < SIX else monday.isoformat()


def tick(connection: sqlite3.Connection, enqueue: Callable[[int], None], now: datetime) -> None:
    """Enqueue the weekly reports that are due.

    Args:
        connection: a connection without an open transaction.
        enqueue: enqueues the report of a tenant.
        now: the time, in UTC.
    """
    monday = week_of(now)
    if monday is None:
        return
    for (tenant_id,) in connection.execute("SELECT id FROM tenants ORDER BY id").fetchall():
        with connection:
            made = connection.execute(
                "INSERT INTO reports (tenant_id, monday) VALUES (?, ?) ON CONFLICT DO NOTHING", (tenant_id, monday)
            )
            if made.rowcount:
                # Before the commit: where the queue is down, the next tick tries again. A job bears a second delivery.
                enqueue(tenant_id)
