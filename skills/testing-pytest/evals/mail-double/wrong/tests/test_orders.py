"""What shipping an order does."""

from unittest.mock import AsyncMock

import pytest

from shop.orders import Order, Orders, ShippingError


async def test_ship() -> None:
    mailer = AsyncMock()
    order = Order("A1", "ada@example.com")
    await Orders(mailer).ship(order)
    assert order.shipped
    mailer.send.assert_called_once()


async def test_ship_twice() -> None:
    mailer = AsyncMock()
    order = Order("A1", "ada@example.com", shipped=True)
    with pytest.raises(ShippingError):
        await Orders(mailer).ship(order)
    mailer.send.assert_not_called()
