"""Prices of a batch of items."""

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, Protocol

MAX_OPEN: Final = 20
SECONDS: Final = 10.0


class PriceService(Protocol):
    """The price service, over HTTP."""

    async def price(self, sku: str) -> Decimal:
        """The price of one item; raises LookupError for one that it does not know."""
        ...


async def price_batch(service: PriceService, skus: Sequence[str]) -> list[Decimal]:
    """The price of each item, in the order of the items; the first failure cancels the rest and is raised."""
    prices: list[Decimal] = [Decimal(0)] * len(skus)
    todo: Iterator[tuple[int, str]] = iter(enumerate(skus))

    async def work() -> None:
        for index, sku in todo:
            async with asyncio.timeout(SECONDS):
                prices[index] = await service.price(sku)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(MAX_OPEN, len(skus))):
            group.create_task(work())
    return prices
