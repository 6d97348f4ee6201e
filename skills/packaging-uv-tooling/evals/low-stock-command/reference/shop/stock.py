"""What runs low."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOW: Final = 10
COLUMNS: Final = ("sku", "name", "on_hand")


class StockFileError(Exception):
    """The file cannot be read as stock."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item, and how many of it are on hand."""

    sku: str
    name: str
    on_hand: int


@dataclass(frozen=True, slots=True)
class LowStock:
    """The items that run low, and the lines that were left out, each with its reason."""

    items: list[Item]
    left_out: list[str]


def low_stock(path: Path) -> LowStock:
    """What runs low in a file.

    Raises:
        StockFileError: it cannot be read, or lacks a column.
    """
    found = LowStock([], [])
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                raise StockFileError(f"{path} has no column {missing[0]}; it needs {', '.join(COLUMNS)}")
            for row in rows:
                try:
                    on_hand = int(row["on_hand"])
                except (TypeError, ValueError):
                    found.left_out.append(f"line {rows.line_num}: {row['sku']}: on_hand is no number")
                    continue
                if on_hand < LOW:
                    found.items.append(Item(row["sku"], row["name"], on_hand))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StockFileError(f"{path} cannot be read: {error}") from error
    return found
