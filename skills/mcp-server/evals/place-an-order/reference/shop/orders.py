"""Orders, and the stock that they are taken from."""

import threading
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


class KeyReusedError(Exception):
    """The key was used before, for another order."""


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
        self._by_key: dict[str, Order] = {}
        self._lock = threading.Lock()

    def place(self, sku: str, quantity: int, *, key: str) -> Order:
        """Order something; a repeat with the same key gives the order that was placed with it.

        Raises:
            OutOfStockError: there are not enough.
            KeyReusedError: the key belongs to another order.
        """
        with self._lock:
            order = self._by_key.get(key)
            if order is None:
                order = self._by_key[key] = self._take(sku, quantity)
        if (order.sku, order.quantity) != (sku, quantity):
            raise KeyReusedError(key)
        return order

    def _take(self, sku: str, quantity: int) -> Order:
        on_hand = self._stock.get(sku, 0)
        if quantity > on_hand:
            raise OutOfStockError(sku, on_hand)
        time.sleep(0.01)  # what the database takes
        self._stock[sku] = on_hand - quantity
        order = Order(len(self.placed) + 1, sku, quantity)
        self.placed.append(order)
        return order
