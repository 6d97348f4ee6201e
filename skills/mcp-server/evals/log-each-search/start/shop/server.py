"""The MCP server of the shop, over stdio."""

from typing import Annotated, Final

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
STOCK: Final = ("bolt M4", "bolt M6", "nut M4")


class Found(BaseModel):
    """What a search gives."""

    items: list[str]


def build_server() -> MCPServer:
    """The server over the stock."""
    server = MCPServer("shop", version="1.0.0")

    @server.tool(annotations=READS)
    def find_items(words: Annotated[str, Field(min_length=1, max_length=100)]) -> Found:
        """Search the stock by words of the name."""
        return Found(items=[item for item in STOCK if words.lower() in item.lower()])

    return server


def main() -> None:
    """Serve until the client leaves."""
    build_server().run()


if __name__ == "__main__":
    main()
