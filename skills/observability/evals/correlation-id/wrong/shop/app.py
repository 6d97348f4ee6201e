"""The service."""

import uuid
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel

log = structlog.stdlib.get_logger(__name__)


class OrderRead(BaseModel):
    """An order, as a caller sees it."""

    id: int


def create_app() -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.middleware("http")
    async def correlate(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Give a request its id."""
        correlation_id = request.headers.get("X-Correlation-ID") or str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        response = await call_next(request)
        response.headers["X-Correlation-ID"] = correlation_id
        return response

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead:
        """An order; the first thousand are there, and number 13 is broken."""
        log.info("order asked for", order_id=order_id)
        if order_id == 13:
            raise RuntimeError("a defect")
        if order_id > 1_000:
            raise HTTPException(404)
        return OrderRead(id=order_id)

    return app
