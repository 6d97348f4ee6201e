"""Bonus points of customers."""

import sqlite3
from collections.abc import Callable

TABLES = """
CREATE TABLE accounts (customer_id INTEGER PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES accounts);
"""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database."""
    connection.executescript(TABLES)


def credit_points(connection: sqlite3.Connection, points_of: Callable[[int], int], order_id: int) -> None:
    """The job: credit a paid order's points to its customer, and commit.

    Args:
        connection: a connection without an open transaction.
        points_of: asks the marketing service for the points of an order; it takes a while, and may raise.
        order_id: the order.
    """
