"""Four ways to the same server, by hand: over pipes and over HTTP, each in both eras of the protocol."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from tests.http_api._raw import Answer, send
from tests.mcp_api._connect import environment

MODERN: Final = "2026-07-28"
LEGACY: Final = "2025-11-25"
ERAS: Final = {"modern": MODERN, "legacy": LEGACY}

META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}

Json = dict[str, Any]
Ask = Callable[[str, Mapping[str, object]], Json]
"""Sends a method with its parameters, and returns the whole answer."""


def named(params: Mapping[str, object]) -> str | None:
    """What a request names in its header, as the modern protocol wants it."""
    return next((str(params[key]) for key in ("name", "uri") if key in params), None)


def message(era: str, method: str, params: Mapping[str, object], number: int = 1) -> bytes:
    """A request as it stands on the wire."""
    meta = {"_meta": META} if era == "modern" else {}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, **meta}}).encode()


def post(port: int, era: str, method: str, params: Mapping[str, object], **changed: str | None) -> Answer:
    """One request over HTTP; a keyword such as `mcp_method` changes a header or, with None, leaves it out."""
    body = message(era, method, params)
    head: dict[str, str | None] = {
        "host": f"127.0.0.1:{port}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "content-length": str(len(body)),
        "connection": "close",
        "mcp-protocol-version": ERAS[era],
    }
    if era == "modern":
        head |= {"mcp-method": method, "mcp-name": named(params) if method in _NAMED else None}
    head |= {name.replace("_", "-"): value for name, value in changed.items()}
    return send(port, {name: value for name, value in head.items() if value is not None}, body)


_NAMED: Final = {"tools/call", "prompts/get", "resources/read"}


def over_http(port: int, era: str) -> Ask:
    """Each request on a connection of its own."""

    def ask(method: str, params: Mapping[str, object]) -> Json:
        return post(port, era, method, params).json

    return ask


@contextmanager
def over_pipes(command: tuple[str, ...], era: str) -> Iterator[Ask]:
    """A process that is spoken to through its pipes; it ends with them."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def ask(method: str, params: Mapping[str, object]) -> Json:
            stdin.write(message(era, method, params) + b"\n")
            stdin.flush()
            # What comes unasked is a notice.
            while "id" not in (answer := json.loads(stdout.readline())):
                pass
            assert isinstance(answer, dict)
            return answer

        if era == "legacy":
            ask(
                "initialize",
                {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
            )
            stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        yield ask
        stdin.close()
        process.wait(20)
