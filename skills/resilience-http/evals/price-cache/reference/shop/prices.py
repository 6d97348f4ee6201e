"""Prices of items."""

import time
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from shop.customer import customer
from shop.erp import Erp

SECONDS: Final = 60.0
MOST: Final = 10_000


class PriceList:
    """Prices, from the ERP system; each is kept for a minute, for the customer who asked, and of too many the oldest goes.

    Args:
        erp: the ERP system.
        clock: the time in seconds.
    """

    def __init__(self, erp: Erp, clock: Callable[[], float] = time.monotonic) -> None:
        self._erp = erp
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[float, Decimal]] = OrderedDict()

    async def price(self, sku: str) -> Decimal | None:
        """The price of an item; None where none can be had at the moment."""
        key = (customer.get(), sku)
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        price = await self._erp.price(sku)
        self._kept.pop(key, None)
        if price is not None:
            self._kept[key] = (self._clock() + SECONDS, price)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return price
