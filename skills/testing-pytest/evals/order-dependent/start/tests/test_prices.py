"""Prices as a customer sees them."""

from decimal import Decimal

from shop.prices import show


def test_a_price_is_shown_with_its_currency() -> None:
    assert show(Decimal(10)) == "EUR 10.00"
