"""A thousand clients at once, with one worker and with two; and one event to a thousand open streams.

    uv run python -m tests.bench.crowd [SECONDS] [CLIENTS] [EVENTS]

The promises: no error; a p99 under 3.5 s with one worker and 1.5 s with two; an event reaches every stream in under a
second. Clients and servers share this machine.
"""

from __future__ import annotations

import asyncio
import io
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr
from pathlib import Path

from backwright.cli.main import parser
from tests.bench._load import Asked, Connection, closed_loop
from tests.bench._servers import BARE, OURS, server
from tests.bench._wire import table
from tests.bench.overhead import page, skill

URI = "context://bench/shared"
_WARM = 3


def allow_connections() -> None:
    """As many descriptors as this user may have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def has_workers() -> bool:
    """Whether `serve` can start several workers."""
    try:
        with redirect_stderr(io.StringIO()):
            parser().parse_args(["serve", "--http", "--workers", "2"])
    except SystemExit:
        return False
    return True


def stored(folder: str) -> dict[str, str]:
    """The environment of a server with a store of its own."""
    return {
        "BACKWRIGHT_DATABASE_URL": f"sqlite:///{Path(folder) / 'contexts.db'}",
        "BACKWRIGHT_CONTEXTS": "1",
        "BACKWRIGHT_WRITES_PER_MINUTE": "0",
    }


def tools() -> Asked:
    return Asked("tools/list")


def crowded(clients: int, seconds: float) -> list[list[str]]:
    """Rows: what a crowd gets of the bare server, of one worker, and of two."""
    kinds: list[tuple[str, tuple[str, ...], str, Callable[[], Asked]]] = [
        ("bare SDK: page", BARE, "", page),
        ("one worker: use_skill", OURS, "/health", skill),
        ("one worker: tools/list", OURS, "/health", tools),
    ]
    if has_workers():
        two = (*OURS[:-1], "--workers", "2", "--port")
        kinds += [
            ("two workers: use_skill", two, "/health", skill),
            ("two workers: tools/list", two, "/health", tools),
        ]
    rows = []
    for title, command, path, asked in kinds:
        with ExitStack() as stack:
            # Several workers share what they keep; one is asked to do as much.
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            made = stack.enter_context(server(command, path=path, environment=stored(folder)))

            def request(asked: Callable[[], Asked] = asked, port: int = made.port) -> bytes:
                return asked().to_bytes(port)

            asyncio.run(closed_loop(made.port, request, 20, 1))
            outcome = asyncio.run(closed_loop(made.port, request, clients, seconds))
        numbers = f"{outcome.rate:.0f}", f"{outcome.at(0.5):.0f}", f"{outcome.at(0.99):.0f}", f"{outcome.at(1):.0f}"
        rows.append([title, f"{len(outcome.times)}", f"{len(outcome.errors)}", *numbers])
        if outcome.errors:
            print(outcome.errors[0])
    return rows


class Stream:
    """One open stream of notices."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.heard = 0
        self.last = 0.0
        self.ended = False
        """Whether the server ended it with a last frame."""

    async def open(self) -> asyncio.Task[None]:
        """Return once it is acknowledged; what is read afterwards is counted."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        asked = Asked("subscriptions/listen", {"notifications": {"resourceSubscriptions": [URI]}})
        writer.write(asked.to_bytes(self._port, name=False))
        await reader.readuntil(b"subscriptions/acknowledged")

        async def follow() -> None:
            while line := await reader.readline():
                if b"resources/updated" in line:
                    self.heard += 1
                    self.last = time.perf_counter()
                elif line.startswith(b"data:") and b'"result"' in line:
                    self.ended = True

        task = asyncio.create_task(follow())
        # A task that is cancelled before it has begun runs nothing of its own.
        task.add_done_callback(lambda _: writer.close())
        return task


async def told(port: int, streams: int, events: int) -> list[float]:
    """Milliseconds from the start of each put until the last stream has heard of it."""
    opened = [Stream(port) for _ in range(streams)]
    following = [await stream.open() for stream in opened]
    writer = Connection(port)
    times = []
    for version in range(1, _WARM + events + 1):
        arguments = {
            "context": URI.removeprefix("context://"),
            "type": "project",
            "body": {"exclude": [f"v{version}"]},
            "if_version": version - 1,
        }
        started = time.perf_counter()
        await writer.ask(Asked("tools/call", {"name": "put_context", "arguments": arguments}).to_bytes(port))
        deadline = started + 30
        while any(stream.heard < version for stream in opened):
            if time.perf_counter() > deadline:
                missing = sum(stream.heard < version for stream in opened)
                raise RuntimeError(f"{missing} streams have not heard of version {version}")
            await asyncio.sleep(0.005)
        times.append((max(stream.last for stream in opened) - started) * 1000)
    writer.close()
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return times[_WARM:]


def streamed(streams: int, events: int) -> list[str]:
    """A row: how long an event takes to every stream, and what a stream costs in memory."""
    with tempfile.TemporaryDirectory() as folder, server(OURS, environment=stored(folder)) as made:
        before = made.memory()
        times = asyncio.run(told(made.port, streams, events))
        each = (made.memory() - before) / streams / 1024
    return [f"{streams}", f"{events}", f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{each:.0f}"]


CROWD = ("server", "answers", "errors", "requests/s", "p50 ms", "p99 ms", "max ms")
STREAMS = ("streams", "events", "to all, median ms", "to all, max ms", "kB a stream")


def main(seconds: float, clients: int, events: int) -> None:
    """Print the tables."""
    allow_connections()
    table(f"{clients} clients, {seconds:g} s", CROWD, crowded(clients, seconds))
    table("one event to every stream", STREAMS, [streamed(clients, events)])


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        float(given[0]) if given else 15,
        int(given[1]) if len(given) > 1 else 1000,
        int(given[2]) if len(given) > 2 else 20,
    )
