"""Prices as a customer sees them."""

from decimal import Decimal

from shop.prices import show
from shop.settings import get_settings


def test_a_price_is_shown_with_its_currency() -> None:
    get_settings.cache_clear()
    assert show(Decimal(10)) == "EUR 10.00"
