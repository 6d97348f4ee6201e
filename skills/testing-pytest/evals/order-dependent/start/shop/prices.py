"""Prices as a customer sees them."""

from decimal import Decimal

from shop.settings import get_settings


def show(price: Decimal) -> str:
    """A price with its currency."""
    return f"{get_settings().currency} {price:.2f}"
