"""The rules of orders."""

from typing import Protocol

from shop.errors import OutOfStockError, UnknownItemError, WarehouseUnavailableError


class Warehouse(Protocol):
    """The service that knows what is there."""

    def stock(self, sku: str) -> int | None:
        """How many there are, None of what it does not know; raises TimeoutError."""
        ...

    def take(self, sku: str, count: int) -> int:
        """Take some out; the number of the order."""
        ...


def place_order(warehouse: Warehouse, sku: str, count: int) -> int:
    """Order some of a thing; the number of the order.

    Raises:
        UnknownItemError, OutOfStockError: there is no such thing, or not enough of it.
        WarehouseUnavailableError: the warehouse does not answer.
    """
    try:
        available = warehouse.stock(sku)
        if available is None:
            raise UnknownItemError("there is no such item", sku=sku)
        if available < count:
            raise OutOfStockError("there are not so many", sku=sku, available=str(available))
        return warehouse.take(sku, count)
    except TimeoutError as error:
        raise WarehouseUnavailableError("the warehouse does not answer; try again later") from error
