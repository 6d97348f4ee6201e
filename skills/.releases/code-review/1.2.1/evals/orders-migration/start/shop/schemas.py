"""What callers of the API get."""

from decimal import Decimal

from pydantic import BaseModel


class OrderRead(BaseModel):
    """An order."""

    id: int
    total: Decimal
    comment: str | None = None
