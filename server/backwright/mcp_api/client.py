"""A connection to our own server as an assistant makes it: the SDK's client, a process, and pipes."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO, TypeAlias

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from backwright.errors import ToolUnavailableError

__all__ = ["Client", "Json", "call", "connect_stdio"]

Json: TypeAlias = dict[str, object]


@asynccontextmanager
async def connect_stdio(root: Path, log: TextIO = sys.stderr) -> AsyncGenerator[Client]:
    """Start `backwright serve` in a process of its own and connect to it; leaving the context ends the process.

    Args:
        root: the project that the server is given.
        log: where the server's stderr goes; it must be a real file.
    """
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "backwright", "serve", "--root", str(root)], cwd=root
    )
    async with Client(stdio_client(command, errlog=log)) as client:
        yield client


async def call(client: Client, tool: str, arguments: Mapping[str, object]) -> Json:
    """Call a tool and return its structured content.

    Raises:
        ToolUnavailableError: it answered with an error.
    """
    answer = await client.call_tool(tool, dict(arguments))
    content = answer.structured_content
    if answer.is_error or not isinstance(content, dict):
        said = " ".join(str(getattr(part, "text", "")) for part in answer.content)
        raise ToolUnavailableError(f"{tool} answered: {said}", hint="see the message; the call was made by the client")
    return content
