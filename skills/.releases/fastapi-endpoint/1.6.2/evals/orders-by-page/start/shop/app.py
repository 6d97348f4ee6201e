"""The service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it is stored."""

    id: int
    placed_at: datetime
    customer: str
    card_fingerprint: str


class OrderStore:
    """The table of orders; a list stands for it here."""

    def __init__(self, rows: Iterable[Order] = ()) -> None:
        self.rows = list(rows)

    def get(self, order_id: int) -> Order | None:
        """An order by its id."""
        return next((row for row in self.rows if row.id == order_id), None)


class OrderRead(BaseModel):
    """What a caller sees of an order."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    placed_at: AwareDatetime
    customer: str


def create_app(store: OrderStore) -> FastAPI:
    """The service over a store."""
    app = FastAPI()

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead | None:
        """An order, or null where there is none."""
        row = store.get(order_id)
        return None if row is None else OrderRead.model_validate(row)

    return app
