"""Prices of items."""

import time
from collections.abc import Callable
from decimal import Decimal

from shop.erp import Erp


class PriceList:
    """Prices, from the ERP system.

    Args:
        erp: the ERP system.
        clock: the time in seconds.
    """

    def __init__(self, erp: Erp, clock: Callable[[], float] = time.monotonic) -> None:
        self._erp = erp
        self._clock = clock

    async def price(self, sku: str) -> Decimal | None:
        """The price of an item; None where none can be had at the moment."""
        return await self._erp.price(sku)
