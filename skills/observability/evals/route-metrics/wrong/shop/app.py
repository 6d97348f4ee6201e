"""The service."""

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry, Histogram
from pydantic import BaseModel


class OrderRead(BaseModel):
    """An order, as a caller sees it."""

    id: int


def create_app(registry: CollectorRegistry) -> FastAPI:
    """The service."""
    app = FastAPI()
    seconds = Histogram(
        "http_server_request_duration_seconds",
        "Duration of requests.",
        ["method", "route", "status"],
        registry=registry,
    )

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Observe the duration of a request."""
        started = time.perf_counter()
        response = await call_next(request)
        labels = (request.method, request.url.path, str(response.status_code))
        seconds.labels(*labels).observe(time.perf_counter() - started)
        return response

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead:
        """An order; the first thousand are there, and number 13 is broken."""
        if order_id == 13:
            raise RuntimeError("a defect")
        if order_id > 1_000:
            raise HTTPException(404)
        return OrderRead(id=order_id)

    return app
