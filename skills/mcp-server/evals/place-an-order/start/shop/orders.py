"""Orders, and the stock that they are taken from."""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass


class OutOfStockError(Exception):
    """Fewer are on hand than were ordered.

    Args:
        sku: what was ordered.
        on_hand: how many there are.
    """

    def __init__(self, sku: str, on_hand: int) -> None:
        super().__init__(f"{on_hand} of {sku} are on hand")
        self.sku = sku
        self.on_hand = on_hand


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was placed."""

    number: int
    sku: str
    quantity: int


class Orders:
    """The orders of the shop; a mapping and a list stand for its tables here."""

    def __init__(self, stock: MutableMapping[str, int]) -> None:
        self._stock = stock
        self.placed: list[Order] = []

    def place(self, sku: str, quantity: int) -> Order:
        """Order something.

        Raises:
            OutOfStockError: there are not enough.
        """
        on_hand = self._stock.get(sku, 0)
        if quantity > on_hand:
            raise OutOfStockError(sku, on_hand)
        time.sleep(0.01)  # what the database takes
        self._stock[sku] = on_hand - quantity
        order = Order(len(self.placed) + 1, sku, quantity)
        self.placed.append(order)
        return order
