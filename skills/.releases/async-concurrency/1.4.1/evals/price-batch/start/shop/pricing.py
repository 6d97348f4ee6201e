"""Prices of a batch of items."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class PriceService(Protocol):
    """The price service, over HTTP."""

    async def price(self, sku: str) -> Decimal:
        """The price of one item; raises LookupError for one that it does not know."""
        ...


async def price_batch(service: PriceService, skus: Sequence[str]) -> list[Decimal]:
    """The price of each item, in the order of the items."""
    return [await service.price(sku) for sku in skus]
