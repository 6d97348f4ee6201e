"""Real clients of the real server: in memory, over a process's pipes, and over HTTP, in both eras of the protocol."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import Request, RequestParams, Result
from pydantic import ConfigDict

from backwright.app import App
from backwright.mcp_api.server import build_server
from backwright.settings import Settings

MODES = ("auto", "legacy")
PATIENCE = 60
"""Seconds after which any conversation has failed; generous, because many tests share two cores."""

COMMAND = (sys.executable, "-m", "backwright", "serve")


class Raw(Result):
    """A result whose fields the SDK does not know."""

    model_config = ConfigDict(extra="allow")


def app_over(pack: Path, root: Path | None = None) -> App:
    return App(Settings(root=root, pack=pack))


class RawParams(RequestParams):
    """Parameters that the SDK does not know."""

    model_config = ConfigDict(extra="allow")


@asynccontextmanager
async def connected(server: object, mode: str = "auto") -> AsyncIterator[Client]:
    """A client of an app (in memory), a URL, or the command of a process."""
    target: Any = server
    if isinstance(server, App):
        target = build_server(server)
    elif isinstance(server, tuple):
        target = StdioServerParameters(command=server[0], args=list(server[1:]), env=environment())
    with anyio.fail_after(PATIENCE):
        async with Client(target, mode=mode, read_timeout_seconds=PATIENCE) as client:
            yield client


async def ask(client: Client, method: str, params: dict[str, object] | None = None) -> dict[str, Any]:
    """The result of a request that the SDK has no method for."""
    request = Request[RawParams, str](method=method, params=RawParams.model_validate(params or {}))
    answer = await client.session.send_request(request, Raw)
    return answer.model_dump(mode="json", by_alias=True)


def environment() -> dict[str, str]:
    """The environment of a server process: ours, so that it finds the same interpreter and bytecode."""
    return dict(os.environ)


@contextmanager
def http_server(pack: Path, *options: str) -> Iterator[str]:
    """A process that serves a pack over HTTP, and its URL; stopped by its own handle."""
    command: Sequence[str] = (*COMMAND, "--pack", str(pack), "--http", "--port", "0", *options)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stderr is not None
            found = next((match for line in process.stderr if (match := re.search(r"http://\S+", line))), None)
            assert found is not None, "the server ended before it served"
            yield found[0]
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
