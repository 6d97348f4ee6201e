"""The service."""

import time
from typing import Final

from fastapi import FastAPI, HTTPException
from prometheus_client import CollectorRegistry, Histogram
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """Measures each request by the template of its route.

    Args:
        app: the finished application; its unhandled 500s are counted, too.
        registry: one for a process.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "http_server_request_duration_seconds",
            "Time until the last byte of the answer.",
            ["method", "route", "status"],
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._seconds.labels(method, route, str(status)).observe(time.perf_counter() - started)


class OrderRead(BaseModel):
    """An order, as a caller sees it."""

    id: int


def create_app(registry: CollectorRegistry) -> ASGIApp:
    """The service, measured."""
    app = FastAPI()

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead:
        """An order; the first thousand are there, and number 13 is broken."""
        if order_id == 13:
            raise RuntimeError("a defect")
        if order_id > 1_000:
            raise HTTPException(404)
        return OrderRead(id=order_id)

    return HttpMetrics(app, registry)
