"""What shipping an order does."""

import pytest

from shop.orders import Order, Orders, ShippingError


class Outbox:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, address: str, *, subject: str) -> None:
        self.sent.append((address, subject))


async def test_the_customer_is_told_of_a_shipped_order() -> None:
    outbox, order = Outbox(), Order("A1", "ada@example.com")
    await Orders(outbox).ship(order)
    assert order == Order("A1", "ada@example.com", shipped=True)
    assert outbox.sent == [("ada@example.com", "Order A1 is on its way")]


async def test_an_order_is_shipped_once() -> None:
    outbox, order = Outbox(), Order("A1", "ada@example.com", shipped=True)
    with pytest.raises(ShippingError, match="A1 was shipped before"):
        await Orders(outbox).ship(order)
    assert outbox.sent == []
