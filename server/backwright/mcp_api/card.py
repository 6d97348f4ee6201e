"""The server card (SEP-2127): what a client may know before it connects, in the words of `server/discover`."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from mcp.server.lowlevel import Server
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"
MEDIA_TYPE: Final = "application/mcp-server-card+json"
CATALOG_MEDIA_TYPE: Final = "application/ai-catalog+json"

_MAX_DESCRIPTION: Final = 100


def server_card(server: Server[Any], endpoint: str) -> dict[str, object]:
    """The card of a server.

    Args:
        server: says of itself what it also says to `server/discover`.
        endpoint: the URL of its MCP endpoint.
    """
    card: dict[str, object] = {
        "$schema": SCHEMA,
        "name": f"{_namespace(_host(endpoint))}/{server.name}",
        "version": server.version or "",
        "description": (server.description or server.name)[:_MAX_DESCRIPTION],
        "remotes": [
            {
                "type": "streamable-http",
                "url": endpoint,
                "supportedProtocolVersions": list(MODERN_PROTOCOL_VERSIONS),
            }
        ],
    }
    return card if server.title is None else {**card, "title": server.title}


def ai_catalog(server: Server[Any], card: str) -> dict[str, object]:
    """The catalog of a host with this one server.

    Args:
        server: it.
        card: the URL of its card.
    """
    entry = {"identifier": f"urn:air:{_host(card)}:mcp:{server.name}", "type": MEDIA_TYPE, "url": card}
    return {"specVersion": "1.0", "entries": [entry]}


def _namespace(host: str) -> str:
    """The domain with its parts turned around, which whoever runs the server has for itself; an address as it is."""
    parts = host.split(".")
    return host if parts[-1].isdigit() else ".".join(reversed(parts))


def _host(url: str) -> str:
    # An IPv6 address has colons, which neither a name nor a URN of this form may have.
    return (urlsplit(url).hostname or "localhost").replace(":", "-")
