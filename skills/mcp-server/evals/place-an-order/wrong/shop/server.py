"""The MCP server of the shop."""

from mcp.server.mcpserver import MCPServer

from shop.orders import Orders


def build_server(orders: Orders) -> MCPServer:
    """The server over the orders."""
    server = MCPServer("shop", version="1.0.0", instructions="Orders of the shop.")

    @server.tool()
    def place_order(sku: str, quantity: int) -> str:
        """Place an order for a quantity of an item."""
        try:
            order = orders.place(sku, quantity)
        except Exception as error:
            return f"Error: {error}"
        return f"Order {order.number} placed: {order.quantity} x {order.sku}"

    return server
