"""A connection to our own server as an assistant makes it: the SDK's client, a process, and pipes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeAlias

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from backwright.errors import ToolUnavailableError

__all__ = ["Client", "Json", "Reached", "call", "connect_stdio", "reach"]

Json: TypeAlias = dict[str, object]


@asynccontextmanager
async def connect_stdio(root: Path, log: TextIO = sys.stderr) -> AsyncGenerator[Client]:
    """Start `backwright serve` in a process of its own and connect to it; leaving the context ends the process.

    Args:
        root: the project that the server is given.
        log: where the server's stderr goes; it must be a real file.
    """
    command = StdioServerParameters(
        command=sys.executable, args=["-P", "-m", "backwright", "serve", "--root", str(root)], cwd=root
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


@dataclass(frozen=True, slots=True)
class Reached:
    """A server that answered.

    Args:
        name: what it calls itself.
        version: of it.
        tools: the names of its tools.
        seconds: from the start of the process, or of the first request, to the list of the tools.
    """

    name: str
    version: str
    tools: tuple[str, ...]
    seconds: float


async def reach(line: Sequence[str], root: Path, log: TextIO, *, url: str = "", seconds: float = 30.0) -> Reached:
    """Connect to a server as an assistant does, and list its tools.

    Args:
        line: the command and its arguments; nothing for an address.
        root: the folder that the command is started in.
        log: where its stderr goes; it must be a real file.
        url: the address, where there is no command.
        seconds: the longest that it may take.

    Raises:
        ToolUnavailableError: it does not start, does not answer, or is no MCP server.
    """
    begun = time.perf_counter()
    if url:
        target = Client(url)
    else:
        # An assistant hands its own environment on; the SDK would keep most of it back.
        command = StdioServerParameters(command=line[0], args=list(line[1:]), cwd=root, env=dict(os.environ))
        target = Client(stdio_client(command, errlog=log))
    what = url or " ".join(line)
    try:
        with anyio.fail_after(seconds):
            async with target as client:
                tools = await client.list_tools()
                server = client.server_info
                return Reached(
                    name="" if server is None else server.name,
                    version="" if server is None else server.version,
                    tools=tuple(tool.name for tool in tools.tools),
                    seconds=time.perf_counter() - begun,
                )
    except TimeoutError:
        raise ToolUnavailableError(
            f"{what} did not answer within {seconds:g} seconds", hint="run it by hand and look at what it says"
        ) from None
    except Exception as error:  # noqa: BLE001  of a transport, a protocol or a process: it is not reached
        raise ToolUnavailableError(
            f"{what} cannot be reached: {_innermost(error)}", hint="run it by hand and look at what it says"
        ) from None


def _innermost(error: BaseException) -> str:
    """What went wrong in the end, of a group of errors that only say that something did."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:300]
