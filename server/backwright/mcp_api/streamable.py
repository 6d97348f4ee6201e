"""The server as an ASGI endpoint for streamable HTTP, stateless in both eras of the protocol."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from backwright.mcp_api.server import ServerType

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request, a diff included."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI application that answers MCP requests while `manager` runs."""

    manager: StreamableHTTPSessionManager

    @property
    def asgi(self) -> ASGIApp:
        """The application itself. It checks neither Host nor Origin; whoever mounts it does."""
        return self.manager.asgi_app

    def run(self) -> AbstractAsyncContextManager[None]:
        """What has to be entered before the first request; once."""
        return self.manager.run()


def endpoint(server: ServerType) -> Endpoint:
    """The endpoint of a server. Answers are plain JSON, and no session is kept, so any process can answer."""
    manager = StreamableHTTPSessionManager(
        app=server, json_response=True, stateless=True, max_request_body_size=MAX_BODY
    )
    return Endpoint(manager)
