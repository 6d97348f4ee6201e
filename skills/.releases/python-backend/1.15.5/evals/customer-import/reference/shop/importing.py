"""Import of customers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Store(Protocol):
    """Where customers are kept."""

    def add(self, name: str, email: str) -> None:
        """Keep a customer; raises ConnectionError where the database cannot be reached."""
        ...


class InvalidRowError(ValueError):
    """A row is no customer; the message says why."""


@dataclass(slots=True)
class ImportReport:
    """What became of the rows.

    Args:
        imported: how many are kept.
        failed: the number of each other row, from 1, and what is wrong with it.
    """

    imported: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)


def parse(row: Mapping[str, str]) -> tuple[str, str]:
    """The name and the email of a row.

    Raises:
        InvalidRowError: it has none, or a wrong one.
    """
    missing = [column for column in ("name", "email") if row.get(column) is None]
    if missing:
        raise InvalidRowError(f"the column {missing[0]} is missing")
    name, email = row["name"].strip(), row["email"].strip()
    if not name:
        raise InvalidRowError("the name is empty")
    if "@" not in email:
        raise InvalidRowError(f"{email!r} is no email")
    return name, email


def import_customers(rows: Iterable[Mapping[str, str]], store: Store) -> ImportReport:
    """Keep the customer of each row that is one.

    Raises:
        ConnectionError: the database cannot be reached; the rows before that one are kept.
    """
    report = ImportReport()
    for number, row in enumerate(rows, 1):
        try:
            name, email = parse(row)
        except InvalidRowError as error:
            report.failed.append((number, str(error)))
            continue
        store.add(name, email)
        report.imported += 1
    return report
