"""The MCP server over a folder of notes."""

from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class Names(BaseModel):
    """The paths of some notes; `next` is absent on the last page."""

    paths: list[str]
    next: str | None = None


def build_server(root: Path) -> MCPServer:
    """The server over the notes under a folder, which others write."""
    server = MCPServer("notes", version="1.0.0")

    @server.tool(annotations=READS)
    def list_notes(
        after: Annotated[str, Field(max_length=500, description="`next` of the answer before.")] = "",
        limit: Annotated[int, Field(ge=1, le=100)] = 50,
    ) -> Names:
        """The paths of the notes, by name."""
        known = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.md"))
        found = [path for path in known if path > after][: limit + 1]
        return Names(paths=found[:limit], next=found[limit - 1] if len(found) > limit else None)

    return server
