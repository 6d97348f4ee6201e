"""Receipts as customers get them."""

from decimal import Decimal
from string import Template

TEXT = Template("""Hello $name,

thank you for your order. We have received $total EUR.

The shop
""")


def render(name: str, total: Decimal) -> str:
    """The receipt of a customer."""
    return TEXT.substitute(name=name, total=f"{total:.2f}")
