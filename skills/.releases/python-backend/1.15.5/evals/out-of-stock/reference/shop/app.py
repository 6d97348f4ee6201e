"""The HTTP side."""

from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shop.errors import AppError
from shop.services.orders import Warehouse, place_order

STATUS = {"UNKNOWN_ITEM": 404, "OUT_OF_STOCK": 409, "WAREHOUSE_UNAVAILABLE": 503}


class OrderCreate(BaseModel):
    """What a caller orders."""

    model_config = ConfigDict(extra="forbid")

    sku: Annotated[str, Field(max_length=40)]
    count: Annotated[int, Field(ge=1, le=1_000)]


class OrderRead(BaseModel):
    """The order that was placed."""

    number: int


def create_app(warehouse: Warehouse) -> FastAPI:
    """The service over a warehouse."""
    app = FastAPI()

    @app.exception_handler(AppError)
    def failed(request: Request, error: AppError) -> JSONResponse:
        """Every failure of ours has this envelope."""
        body = {"code": error.code, "message": error.message, "details": error.details}
        return JSONResponse({"error": body}, status_code=STATUS.get(error.code, 500))

    @app.post("/v1/orders", status_code=201)
    def create_order(body: OrderCreate) -> OrderRead:
        """Order some of a thing."""
        return OrderRead(number=place_order(warehouse, body.sku, body.count))

    return app
