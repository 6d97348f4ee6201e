"""The ERP system."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from shop.customer import customer


class ErpDownError(Exception):
    """The ERP system gives no answer."""


class Erp:
    """Asks the ERP system for what was agreed with a customer.

    Args:
        ask: sends a customer and a SKU, and takes about a second.
    """

    def __init__(self, ask: Callable[[str, str], Awaitable[Decimal | None]]) -> None:
        self._ask = ask

    async def price(self, sku: str) -> Decimal | None:
        """The price of an item for the customer of this request; None while the ERP system is being restarted.

        Raises:
            ErpDownError: it cannot be asked.
        """
        return await self._ask(customer.get(), sku)
