"""HTTP by hand, since a client library corrects what these tests are about."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "2026-07-28"
PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """The status, the headers in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        loaded = json.loads(self.body)
        assert isinstance(loaded, dict)
        return loaded


def message(method: str = "tools/list", **params: object) -> bytes:
    """A request of the newest protocol."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}).encode()


def headers(body: bytes, port: int, method: str = "tools/list", **changed: str | None) -> dict[str, str]:
    """The headers of a good request; a keyword such as `content_type` changes one or, with None, leaves it out."""
    good: dict[str, str | None] = {
        "host": f"127.0.0.1:{port}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        "content-length": str(len(body)),
        "connection": "close",
    }
    good.update({name.replace("_", "-"): value for name, value in changed.items()})
    return {name: value for name, value in good.items() if value is not None}


def send(port: int, head: Mapping[str, str], body: bytes = b"", request: str = "POST /mcp") -> Answer:
    """One request as it stands, and the answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return exchange(port, f"{request} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body)


def exchange(port: int, data: bytes) -> Answer:
    """Some bytes to the server, and the answer to them."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Answer(int(first.split(" ")[1]), named, body)
