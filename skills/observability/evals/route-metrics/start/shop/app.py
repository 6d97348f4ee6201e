"""The service."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel


class OrderRead(BaseModel):
    """An order, as a caller sees it."""

    id: int


def create_app() -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead:
        """An order; the first thousand are there, and number 13 is broken."""
        if order_id == 13:
            raise RuntimeError("a defect")
        if order_id > 1_000:
            raise HTTPException(404)
        return OrderRead(id=order_id)

    return app
