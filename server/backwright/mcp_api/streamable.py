"""The server as an ASGI endpoint for streamable HTTP, stateless in both eras of the protocol."""

from __future__ import annotations

from typing import Final

from mcp.server.context import CallNext, HandlerResult
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import HEADER_MISMATCH, PROTOCOL_VERSION_META_KEY

from backwright.mcp_api._errors import Context
from backwright.mcp_api.server import ServerType

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request, a diff included."""


def session_manager(server: ServerType) -> StreamableHTTPSessionManager:
    """The endpoint of a server: `asgi_app` answers requests while `run()` is entered, which is once.

    Answers are plain JSON, and no session is kept, so any process can answer. Neither Host nor Origin is checked here;
    whoever mounts it does.
    """
    server.middleware.append(_one_version)
    return StreamableHTTPSessionManager(app=server, json_response=True, stateless=True, max_request_body_size=MAX_BODY)


async def _one_version(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Middleware: the header and the body say one version, where both say one (2026-07-28, Streamable HTTP).

    The SDK compares them on the newer protocol alone. A request whose header names the older one, or nothing, it takes
    for one of the older: whatever decided by the header then let something else through.
    """
    said = (ctx.meta or {}).get(PROTOCOL_VERSION_META_KEY)
    if said is not None and said != ctx.protocol_version:
        raise MCPError(HEADER_MISMATCH, "MCP-Protocol-Version and the version in the body disagree")
    return await call_next(ctx)
