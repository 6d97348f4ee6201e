"""The service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
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

    def page(self, *, after: tuple[datetime, int] | None, limit: int) -> list[Order]:
        """The newest orders first, those behind a place in that order; the id decides between equal times."""
        newest = sorted(self.rows, key=_place, reverse=True)
        return [row for row in newest if after is None or _place(row) < after][:limit]


def _place(row: Order) -> tuple[datetime, int]:
    return row.placed_at, row.id


class OrderRead(BaseModel):
    """What a caller sees of an order."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    placed_at: AwareDatetime
    customer: str


class OrderPage(BaseModel):
    """A page of orders, and where the next one begins."""

    items: list[OrderRead]
    next: str | None


# The time and the id of the last order of a page, as in 2026-03-01T10:00:00+00:00_17.
Cursor = Annotated[str, Query(max_length=100, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00_\d{1,18}$")]


def create_app(store: OrderStore) -> FastAPI:
    """The service over a store."""
    app = FastAPI()

    @app.get("/v1/orders")
    def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 50, after: Cursor | None = None) -> OrderPage:
        """Orders, the newest first, one page at a time."""
        place = None
        if after is not None:
            when, _, number = after.partition("_")
            try:
                place = datetime.fromisoformat(when), int(number)
            except ValueError as error:
                raise HTTPException(422, "after is not one that a page gave as next") from error
        rows = store.page(after=place, limit=limit + 1)
        items = [OrderRead.model_validate(row) for row in rows[:limit]]
        last = rows[limit - 1] if len(rows) > limit else None
        following = None if last is None else f"{last.placed_at.astimezone(UTC).isoformat()}_{last.id}"
        return OrderPage(items=items, next=following)

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead | None:
        """An order, or null where there is none."""
        row = store.get(order_id)
        return None if row is None else OrderRead.model_validate(row)

    return app
