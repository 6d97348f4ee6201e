"""The yardstick: the SDK's own `MCPServer` with tools of the same names' count and one resource, and nothing else.

Over stdio, or with a port over HTTP: stateless, with plain JSON for an answer, as Backwright serves.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mcp.server.mcpserver import MCPServer

SIZE = 9_000  # characters: about what use_skill answers
SKILL = Path(__file__).parent.parent.parent / "skills" / "fastapi-endpoint" / "SKILL.md"
# The same text as the skill's, for what is escaped in JSON takes its time as well.
TEXT = SKILL.read_text(encoding="utf-8") if SKILL.is_file() else "." * SIZE
server = MCPServer("bare", log_level="WARNING")


@server.tool()
async def echo(text: str) -> str:
    """Return the text."""
    return text


@server.tool()
async def page(request: str) -> str:
    """Return as much text as a skill has."""
    return (request + TEXT)[:SIZE]


@server.tool()
async def first(text: str, number: int = 0) -> str:
    """Return the text."""
    return text * number


@server.tool()
async def second(text: str, names: list[str]) -> str:
    """Return the text."""
    return text.join(names)


@server.tool()
async def third(text: str, *, apply: bool = False) -> str:
    """Return the text."""
    return text if apply else ""


@server.resource("bare://page")
async def resource() -> str:
    """The text of a skill."""
    return TEXT


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]), stateless_http=True, json_response=True)
    else:
        server.run("stdio")
