"""Orders."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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


class Queue(Protocol):
    """The broker."""

    def send(self, task: str, **arguments: object) -> None:
        """Enqueue a job by its name."""
        ...


class OrderService:
    """Takes orders.

    Args:
        connection: of the database, without an open transaction; foreign keys are on.
        queue: takes the jobs.
    """

    def __init__(self, connection: sqlite3.Connection, queue: Queue) -> None:
        self._connection = connection
        self._queue = queue

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
            self._queue.send(
                "receipts.send", order_id=order_id, email=order.email, address=order.address, skus=list(order.skus)
            )
        return order_id
