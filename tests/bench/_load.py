"""Requests over HTTP from many clients at once, each over a connection of its own: no SDK on this side."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.bench._wire import META, Json

PATIENCE: Final = 60.0
"""Seconds that an answer may take before it is an error."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: a method of the protocol and its parameters."""

    method: str
    params: Json = field(default_factory=dict)

    def to_bytes(self, port: int, *, name: bool = True, token: str | None = None) -> bytes:
        """The whole request as a client of the newest protocol sends it."""
        body = json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": self.method, "params": {**self.params, "_meta": META}}
        ).encode()
        called = self.params.get("name") or self.params.get("uri")
        named = f"Mcp-Name: {called}\r\n" if name and called else ""
        shown = f"Authorization: Bearer {token}\r\n" if token else ""
        return (
            f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
            f"Mcp-Method: {self.method}\r\n{named}{shown}Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


@dataclass(slots=True)
class Outcome:
    """What came of some requests.

    Args:
        times: of each that was answered as it should be, in milliseconds.
        errors: what came of the others.
        seconds: how long it took altogether.
        heard: is given the body of each answer.
    """

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    heard: Callable[[bytes], None] = lambda _: None

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """Milliseconds that this share of the requests took at most."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


class Connection:
    """One connection that is kept open, and made anew when the other side has ended it in order."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer.

        Raises:
            OSError, asyncio.IncompleteReadError: there was none.
            RuntimeError: it was not what was asked for.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
        reader, writer = self._streams
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        if b"connection: close" in lines:
            self.close()
        if not head.startswith(b"HTTP/1.1 200") or b'"error"' in body[:200] or b'"isError":true' in body:
            raise RuntimeError(f"{head[9:12].decode()}: {body[:160].decode(errors='replace')}")
        return body

    def close(self) -> None:
        """Let go of it."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()


async def _client(port: int, requests: Callable[[], bytes], until: float, outcome: Outcome) -> None:
    connection = Connection(port)
    while time.perf_counter() < until:
        start = time.perf_counter()
        try:
            await asyncio.wait_for(connection.ask(requests()), PATIENCE)
        except (OSError, RuntimeError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            connection.close()
            outcome.errors.append(f"{type(error).__name__} {error}")
        else:
            outcome.times.append((time.perf_counter() - start) * 1000)
    connection.close()


async def closed_loop(port: int, requests: Callable[[], bytes], clients: int, seconds: float) -> Outcome:
    """Each client asks as soon as it is answered."""
    outcome = Outcome()
    start = time.perf_counter()
    until = start + seconds
    await asyncio.gather(*(_client(port, requests, until, outcome) for _ in range(clients)))
    outcome.seconds = time.perf_counter() - start
    return outcome


async def open_loop(
    port: int, requests: Sequence[Callable[[], bytes]], rate: float, ended: asyncio.Event, outcome: Outcome
) -> None:
    """So many requests a second whether or not earlier ones are answered, each by whichever client is free."""
    idle = list[Connection]()
    running: set[asyncio.Task[None]] = set()

    async def one(request: bytes) -> None:
        connection = idle.pop() if idle else Connection(port)
        start = time.perf_counter()
        try:
            answer = await asyncio.wait_for(connection.ask(request), PATIENCE)
        except (OSError, RuntimeError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            outcome.errors.append(f"{type(error).__name__} {error} of {request[:400].split(b'Mcp-Method')[1][:60]!r}")
        else:
            outcome.times.append((time.perf_counter() - start) * 1000)
            outcome.heard(answer)
        idle.append(connection)

    start, number = time.perf_counter(), 0
    while not ended.is_set():
        due = int((time.perf_counter() - start) * rate)
        for number in range(number, due):  # noqa: B020  it goes on where it was
            task = asyncio.create_task(one(requests[number % len(requests)]()))
            running.add(task)
            task.add_done_callback(running.discard)
        number = max(number, due)
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*running)
    outcome.seconds = time.perf_counter() - start
    for connection in idle:
        connection.close()
