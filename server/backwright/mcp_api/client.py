"""A connection to our own server as an assistant makes it: the SDK's client, a process, and pipes."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


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
