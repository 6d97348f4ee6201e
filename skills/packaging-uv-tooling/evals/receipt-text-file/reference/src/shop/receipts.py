"""Receipts as customers get them."""

from decimal import Decimal
from importlib.resources import files
from string import Template


def render(name: str, total: Decimal) -> str:
    """The receipt of a customer; its text is in receipt.txt, beside this file and in the wheel."""
    text = Template(files("shop").joinpath("receipt.txt").read_text(encoding="utf-8"))
    return text.substitute(name=name, total=f"{total:.2f}")
