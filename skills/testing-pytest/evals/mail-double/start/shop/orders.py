"""Orders and what happens to them."""

from dataclasses import dataclass
from typing import Protocol


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, address: str, *, subject: str) -> None:
        """Send a mail; raises OSError when it cannot be handed over."""
        ...


class ShippingError(Exception):
    """The order cannot be shipped."""


@dataclass(slots=True)
class Order:
    """An order and its state."""

    number: str
    email: str
    shipped: bool = False


class Orders:
    """What may be done with an order."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def ship(self, order: Order) -> None:
        """Mark an order as shipped and tell its customer.

        Raises:
            ShippingError: it was shipped before; nobody is told again.
        """
        if order.shipped:
            raise ShippingError(f"order {order.number} was shipped before")
        order.shipped = True
        await self._mailer.send(order.email, subject=f"Order {order.number} is on its way")
