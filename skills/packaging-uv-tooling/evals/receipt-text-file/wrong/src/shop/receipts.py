"""Receipts as customers get them."""

from decimal import Decimal
from pathlib import Path
from string import Template


def render(name: str, total: Decimal) -> str:
    """The receipt of a customer."""
    text = Template(Path("templates/receipt.txt").read_text(encoding="utf-8"))
    return text.substitute(name=name, total=f"{total:.2f}")
