"""The MCP server of the shop, over stdio."""

import logging
import sys
from typing import Annotated, Final

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

logger = logging.getLogger(__name__)

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
        found = Found(items=[item for item in STOCK if words.lower() in item.lower()])
        logger.info("searched for %r, found %d", words, len(found.items))
        return found

    return server


def main() -> None:
    """Serve until the client leaves. stdout belongs to the protocol, so the log goes to stderr."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logger.info("starts with %d items in stock", len(STOCK))
    build_server().run()


if __name__ == "__main__":
    main()
