"""Import of customers."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class Store(Protocol):
    """Where customers are kept."""

    def add(self, name: str, email: str) -> None:
        """Keep a customer; raises ConnectionError where the database cannot be reached."""
        ...


def parse(row: Mapping[str, str]) -> tuple[str, str]:
    """The name and the email of a row."""
    name, email = row["name"].strip(), row["email"].strip()
    if not name:
        raise ValueError("the name is empty")
    if "@" not in email:
        raise ValueError(f"{email!r} is no email")
    return name, email


def import_customers(rows: Iterable[Mapping[str, str]], store: Store) -> None:
    """Keep the customer of each row."""
    for row in rows:
        name, email = parse(row)
        store.add(name, email)
