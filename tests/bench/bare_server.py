"""The yardstick: the SDK's own `MCPServer` with tools of the same names' count and one resource, and nothing else."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer

SIZE = 9_000  # characters: about what use_skill answers
server = MCPServer("bare")


@server.tool()
async def echo(text: str) -> str:
    """Return the text."""
    return text


@server.tool()
async def page(request: str) -> str:
    """Return as much text as a skill has."""
    return (request + "." * SIZE)[:SIZE]


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
    """As much text as a skill has."""
    return "." * SIZE


if __name__ == "__main__":
    server.run("stdio")
