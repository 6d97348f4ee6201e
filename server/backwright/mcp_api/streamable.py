"""The server as an ASGI endpoint for streamable HTTP, stateless in both eras of the protocol."""

from __future__ import annotations

from typing import Final

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from backwright.mcp_api.server import ServerType

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request, a diff included."""


def session_manager(server: ServerType) -> StreamableHTTPSessionManager:
    """The endpoint of a server: `asgi_app` answers requests while `run()` is entered, which is once.

    Answers are plain JSON, and no session is kept, so any process can answer. Neither Host nor Origin is checked here;
    whoever mounts it does.
    """
    return StreamableHTTPSessionManager(app=server, json_response=True, stateless=True, max_request_body_size=MAX_BODY)
