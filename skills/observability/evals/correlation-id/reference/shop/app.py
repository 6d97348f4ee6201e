"""The service."""

import re
import uuid
from typing import Final

import structlog
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Correlation-ID"
PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
log = structlog.stdlib.get_logger(__name__)


class Correlation:
    """Gives each request an id, the caller's if it is plain, binds it to all log lines and answers with it.

    Args:
        app: the finished application; around it, so that unhandled 500s carry the id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        correlation_id = given if PLAIN.fullmatch(given) else uuid.uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            await self._app(scope, receive, send_with_id)


class OrderRead(BaseModel):
    """An order, as a caller sees it."""

    id: int


def create_app() -> ASGIApp:
    """The service; each request has its id."""
    app = FastAPI()

    @app.get("/v1/orders/{order_id}")
    def get_order(order_id: int) -> OrderRead:
        """An order; the first thousand are there, and number 13 is broken."""
        log.info("order asked for", order_id=order_id)
        if order_id == 13:
            raise RuntimeError("a defect")
        if order_id > 1_000:
            raise HTTPException(404)
        return OrderRead(id=order_id)

    return Correlation(app)
