"""Prices of items."""

import time
from collections.abc import Callable
from decimal import Decimal

from shop.erp import Erp


class PriceList:
    """Prices, from the ERP system, kept for a minute.

    Args:
        erp: the ERP system.
        clock: the time in seconds.
    """

    def __init__(self, erp: Erp, clock: Callable[[], float] = time.monotonic) -> None:
        self._erp = erp
        self._clock = clock
        self._cache: dict[str, tuple[float, Decimal | None]] = {}

    async def price(self, sku: str) -> Decimal | None:
        """The price of an item; None where none can be had at the moment."""
        if sku in self._cache:
            at, price = self._cache[sku]
            if self._clock() - at < 60:
                return price
        price = await self._erp.price(sku)
        self._cache[sku] = (self._clock(), price)
        return price
