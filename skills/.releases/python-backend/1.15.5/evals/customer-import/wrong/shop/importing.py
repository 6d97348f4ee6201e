"""Import of customers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Store(Protocol):
    """Where customers are kept."""

    def add(self, name: str, email: str) -> None:
        """Keep a customer; raises ConnectionError where the database cannot be reached."""
        ...


@dataclass
class ImportReport:
    """What became of the rows."""

    imported: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)


def parse(row: Mapping[str, str]) -> tuple[str, str]:
    """The name and the email of a row."""
    name, email = row["name"].strip(), row["email"].strip()
    if not name:
        raise ValueError("the name is empty")
    if "@" not in email:
        raise ValueError(f"{email!r} is no email")
    return name, email


def import_customers(rows: Iterable[Mapping[str, str]], store: Store) -> ImportReport:
    """Keep the customer of each row."""
    report = ImportReport()
    for number, row in enumerate(rows, 1):
        try:
            name, email = parse(row)
            store.add(name, email)
            report.imported += 1
        except Exception as error:
            report.failed.append((number, f"{type(error).__name__}: {error}"))
    return report
