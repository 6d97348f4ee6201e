"""FastMCP with the tools and the resource of the yardstick, over HTTP: stateless, with plain JSON for an answer.

It is no dependency of this project: `BACKWRIGHT_BENCH_FASTMCP` names a Python that has it.
"""

# mypy: ignore-errors

from __future__ import annotations

import sys
from pathlib import Path

from fastmcp import FastMCP

SIZE = 9_000
TEXT = (Path(__file__).parent.parent.parent / "skills" / "fastapi-endpoint" / "SKILL.md").read_text(encoding="utf-8")
server = FastMCP("fast")


@server.tool
async def echo(text: str) -> str:
    """Return the text."""
    return text


@server.tool
async def page(request: str) -> str:
    """Return as much text as a skill has."""
    return (request + TEXT)[:SIZE]


@server.resource("bare://page")
async def resource() -> str:
    """The text of a skill."""
    return TEXT


if __name__ == "__main__":
    options = {"stateless_http": True, "json_response": True, "show_banner": False, "log_level": "warning"}
    server.run(transport="http", host="127.0.0.1", port=int(sys.argv[1]), path="/mcp", **options)
