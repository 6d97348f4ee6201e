"""Conditional reads (RFC 9110, section 13.1.2), and what an answer says of keeping it (RFC 9111)."""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PRIVATE: Final = {"Cache-Control": "private, no-cache"}
"""Kept by whoever asked, and asked about again before it is used."""

# Names are in lower case there (ASGI).
_SAID: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


def known(request: Request, etag: str) -> bool:
    """Whether the client says that it has this representation."""
    said = ",".join(request.headers.getlist("if-none-match")).split(",")
    tags = {each.strip().removeprefix("W/") for each in said}
    return etag in tags or "*" in tags


def conditional(request: Request, value: object) -> Response:
    """JSON with the digest of it as its ETag; 304 for whoever has it."""
    answer = JSONResponse(value, headers=PRIVATE)
    etag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
    if known(request, etag):
        return Response(status_code=304, headers={**PRIVATE, "ETag": etag})
    answer.headers["ETag"] = etag
    return answer


class Kept:
    """An ASGI application whose answers all say how long they may be kept: not at all, where nothing else is said.

    Without a word a cache may guess (RFC 9111, section 4.2.2). No answer is taken for another type than its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                head = list(message["headers"])
                names = {name for name, _ in head}
                message["headers"] = [*head, *(each for each in _SAID if each[0] not in names)]
            await send(message)

        await self._app(scope, receive, said)
