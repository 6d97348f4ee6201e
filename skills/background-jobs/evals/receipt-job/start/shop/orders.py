"""Orders."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

TABLES = """
CREATE TABLE items (sku TEXT PRIMARY KEY);
CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT NOT NULL, address TEXT NOT NULL);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders,
    sku TEXT NOT NULL REFERENCES items DEFERRABLE INITIALLY DEFERRED
);
"""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a customer orders."""

    email: str
    address: str
    skus: Sequence[str]


class OrderService:
    """Takes orders.

    Args:
        connection: of the database, without an open transaction; foreign keys are on.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def place(self, order: NewOrder) -> int:
        """Store an order, and its id.

        Raises:
            sqlite3.IntegrityError: an item is not known.
        """
        with self._connection:
            placed = self._connection.execute(
                "INSERT INTO orders (email, address) VALUES (?, ?) RETURNING id", (order.email, order.address)
            )
            order_id: int = placed.fetchone()[0]
            self._connection.executemany(
                "INSERT INTO order_lines (order_id, sku) VALUES (?, ?)", [(order_id, sku) for sku in order.skus]
            )
        return order_id
