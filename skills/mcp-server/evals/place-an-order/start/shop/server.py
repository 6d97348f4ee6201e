"""The MCP server of the shop."""

from mcp.server.mcpserver import MCPServer

from shop.orders import Orders


def build_server(orders: Orders) -> MCPServer:
    """The server over the orders."""
    return MCPServer("shop", version="1.0.0", instructions="Orders of the shop.")
