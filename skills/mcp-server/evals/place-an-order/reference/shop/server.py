"""The MCP server of the shop."""

from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from shop.orders import KeyReusedError, Orders, OutOfStockError

ORDERS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class Placed(BaseModel):
    """An order that was placed."""

    number: int
    sku: str
    quantity: int


def build_server(orders: Orders) -> MCPServer:
    """The server over the orders."""
    server = MCPServer("shop", version="1.0.0", instructions="Orders of the shop.")

    @server.tool(annotations=ORDERS)
    def place_order(
        sku: Annotated[str, Field(min_length=1, max_length=40)],
        quantity: Annotated[int, Field(ge=1, le=1_000)],
        key: Annotated[
            str,
            Field(min_length=8, max_length=80, description="A new UUID for each order; the same one to repeat a call."),
        ],
    ) -> Placed:
        """Order something for the user. A call that got no answer is repeated with its key, and orders once."""
        try:
            order = orders.place(sku, quantity, key=key)
        except OutOfStockError as error:
            raise ToolError(f"Only {error.on_hand} of {sku} are on hand. Order fewer, with a new key.") from error
        except KeyReusedError as error:
            raise ToolError("This key belongs to another order. Take a new key.") from error
        return Placed(number=order.number, sku=order.sku, quantity=order.quantity)

    return server
