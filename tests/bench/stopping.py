"""How a server ends: over HTTP with requests in flight and streams open, over stdio when its input ends.

    uv run python -m tests.bench.stopping [TIMES]

The promises: SIGTERM lets what is in flight finish, within 10 s; the end of stdin ends a server over stdio at once.
Lost are requests that were sent on an open connection and never answered; a connection that is refused loses nothing.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.bench._load import Connection
from tests.bench._servers import BARE, OURS, server
from tests.bench._wire import Wire, table
from tests.bench.crowd import Stream
from tests.bench.overhead import skill

CLIENTS = 50
STREAMS = 100


class Stoppable(Protocol):
    """A server on a port."""

    port: int

    def stop(self) -> float:
        """Tell it to end; the seconds that it took."""


async def _ask(made: Stoppable, answered: list[int], lost: list[str]) -> None:
    connection = Connection(made.port)
    while True:
        try:
            await connection.ask(skill().to_bytes(made.port))
            answered.append(1)
        except ConnectionRefusedError:
            return
        except (OSError, RuntimeError, asyncio.IncompleteReadError) as error:
            lost.append(f"{type(error).__name__} {error}")
            return


async def ended(made: Stoppable, clients: int, streams: int) -> tuple[float, int, list[str], int]:
    """Seconds until it had ended; requests answered meanwhile, and lost; streams that ended with a last frame."""
    opened = [Stream(made.port) for _ in range(streams)]
    following = [await stream.open() for stream in opened]
    answered, lost = list[int](), list[str]()
    asking = [asyncio.create_task(_ask(made, answered, lost)) for _ in range(clients)]
    while len(answered) < 4 * clients:  # noqa: ASYNC110  they count, and tell nobody
        await asyncio.sleep(0.01)
    before = len(answered)
    stopping = asyncio.create_task(asyncio.to_thread(made.stop))
    await asyncio.gather(*asking)
    seconds = await stopping
    await asyncio.gather(*following)
    return seconds, len(answered) - before, lost, sum(stream.ended for stream in opened)


def over_http(times: int) -> list[str]:
    """A row."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            database = f"sqlite:///{Path(folder) / 'contexts.db'}"
            environment = {"BACKWRIGHT_DATABASE_URL": database, "BACKWRIGHT_CONTEXTS": "1"}
            with server(OURS, environment=environment) as made:
                found.append(asyncio.run(ended(made, CLIENTS, STREAMS)))
    seconds = [one[0] for one in found]
    notes = f"{sum(one[1] for one in found)} answered after SIGTERM, {sum(len(one[2]) for one in found)} lost, "
    notes += f"{sum(one[3] for one in found)} of {STREAMS * times} streams ended in order"
    return ["HTTP: SIGTERM", f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}", notes]


def over_stdio(title: str, command: Sequence[str], times: int) -> list[str]:
    """A row."""
    seconds = []
    for _ in range(times):
        wire = Wire(command)
        wire.call("tools/list")
        started = time.perf_counter()
        with wire:
            pass
        seconds.append(time.perf_counter() - started)
    return [f"stdio: end of input, {title}", f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}", ""]


HEAD = ("server", "median s", "max s", "meanwhile")


def measured(times: int) -> list[list[str]]:
    """The rows."""
    return [
        over_http(times),
        over_stdio("backwright", [sys.executable, "-m", "backwright", "serve"], times),
        over_stdio("bare SDK", BARE, times),
    ]


def main(times: int) -> None:
    """Print the table."""
    table(f"{CLIENTS} clients and {STREAMS} streams, {times} times", HEAD, measured(times))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
