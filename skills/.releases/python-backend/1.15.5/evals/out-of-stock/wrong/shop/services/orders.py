"""The rules of orders."""

from typing import Protocol

from fastapi import HTTPException

from shop.errors import UnknownItemError


class Warehouse(Protocol):
    """The service that knows what is there."""

    def stock(self, sku: str) -> int | None:
        """How many there are, None of what it does not know; raises TimeoutError."""
        ...

    def take(self, sku: str, count: int) -> int:
        """Take some out; the number of the order."""
        ...


def place_order(warehouse: Warehouse, sku: str, count: int) -> int:
    """Order some of a thing; the number of the order."""
    try:
        available = warehouse.stock(sku)
    except TimeoutError as error:
        raise HTTPException(503, {"code": "WAREHOUSE_UNAVAILABLE", "message": "try again later"}) from error
    if available is None:
        raise UnknownItemError("there is no such item", sku=sku)
    if available < count:
        detail = {"code": "OUT_OF_STOCK", "message": "not enough", "sku": sku, "available": str(available)}
        raise HTTPException(409, detail)
    return warehouse.take(sku, count)
