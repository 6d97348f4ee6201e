"""What is in the warehouse."""

import pickle
from typing import Any, Protocol


class Database(Protocol):
    """A connection inside a transaction; PostgreSQL at READ COMMITTED."""

    def value(self, statement: str, *values: object) -> Any:
        """The first column of the first row."""
        ...

    def run(self, statement: str, *values: object) -> int:
        """Run a statement; how many rows it changed."""
        ...


def restore(path: str) -> dict[str, int]:
    """The snapshot of last night."""
    with open(path, "rb") as file:
        return pickle.load(file)


class Stock:
    """The stock of each item."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def available(self, sku: str) -> int:
        """How many of an item are there."""
        return self._database.value("SELECT available FROM stock WHERE sku = %s", sku)
