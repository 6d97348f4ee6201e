"""Many mixed requests, and what they leave behind: memory, descriptors, threads and tasks, looked at as they go.

    uv run python -m tests.bench.soak [--requests 2000000] [--clients 50] [--seconds 0]

The promise: all of it stays flat. What is asked is lists, skills by request and by name, files, documents that are read
and written, wrong arguments, unknown tools, and streams that are opened and left. Growth is that of the median of the
last quarter over that of the second: in the first, caches fill. `--seconds` ends it after so long, and the table says
how many requests it was.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.bench._load import PATIENCE, Asked, Connection
from tests.bench._servers import HERE, Server, server
from tests.bench._wire import table
from tests.bench.crowd import Stream

LOOKS = 40
"""How often the server is looked at."""

NUMBERS = count()
TOPICS = (
    "a FastAPI endpoint",
    "an asyncio gather",
    "a SQLAlchemy session",
    "a pytest fixture",
    "the tax of a sandwich",
)
DOCUMENTS = 200


def mixed() -> tuple[Asked, bool]:
    """The next request, and whether it is answered with an error, as it should be."""
    number = next(NUMBERS)
    kinds: tuple[Callable[[int], tuple[Asked, bool]], ...] = (
        lambda n: (_call("use_skill", request=f"add {TOPICS[n % len(TOPICS)]}, ticket {n}"), False),
        lambda _: (Asked("tools/list"), False),
        lambda _: (Asked("resources/read", {"uri": "skill://fastapi-endpoint/SKILL.md"}), False),
        lambda n: (_call("use_skill", request=f"do it {n}", name="async-concurrency"), False),
        lambda _: (Asked("skills/list"), False),
        lambda n: (_call("get_context", context=f"soak/n{n % DOCUMENTS}"), True),
        lambda n: (
            _call("read_skill_file", skill="fastapi-endpoint", path="SKILL.md", **({"x": n} if n % 9 == 0 else {})),
            True,
        ),
        lambda n: (_call(f"no_such_tool_{n % 7}"), True),
        lambda n: (_put(n), True),
        lambda _: (Asked("server/discover"), False),
    )
    return kinds[number % len(kinds)](number)


def _call(tool: str, /, **arguments: object) -> Asked:
    return Asked("tools/call", {"name": tool, "arguments": arguments})


def _put(number: int) -> Asked:
    body = {"exclude": [f"v{number}"]}
    # The first of each is made, and later ones are refused for want of a version: both ways are gone.
    return _call("put_context", context=f"soak/n{number % DOCUMENTS}", type="project", body=body)


@dataclass
class Look:
    """The server at one moment."""

    requests: int
    memory: float
    descriptors: int
    threads: int
    tasks: int


@dataclass
class Soak:
    """What has been asked, and seen."""

    asked: int = 0
    failed: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


async def _client(port: int, wanted: int, until: float, soak: Soak) -> None:
    connection = Connection(port)
    while soak.asked < wanted and time.monotonic() < until:
        soak.asked += 1
        asked, may_fail = mixed()
        try:
            await asyncio.wait_for(connection.ask(asked.to_bytes(port)), PATIENCE)
        except RuntimeError as error:
            if not may_fail:
                soak.failed.append(str(error))
            connection.close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            soak.failed.append(f"{type(error).__name__} {error}")
            connection.close()
        if soak.asked % 500 == 0:
            await _stream(port)
    connection.close()


async def _stream(port: int) -> None:
    """Open a stream, and leave it."""
    task = await Stream(port).open()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _watch(made: Server, tasks: Path, wanted: int, soak: Soak) -> None:
    step = max(wanted // LOOKS, 1)
    while True:
        next_at = (len(soak.looks) + 1) * step
        while soak.asked < next_at:  # noqa: ASYNC110  fifty clients count
            await asyncio.sleep(0.05)
        soak.looks.append(await _look(made, tasks, soak.asked))


async def _look(made: Server, tasks: Path, asked: int) -> Look:
    _forget(tasks)
    made.process.send_signal(signal.SIGUSR1)
    while not (running := _read(tasks)).endswith("\n"):  # noqa: ASYNC110  it is another process
        await asyncio.sleep(0.01)
    return Look(asked, made.memory() / 2**20, made.descriptors(), made.threads(), int(running))


def _read(path: Path) -> str:
    return path.read_text("ascii") if path.exists() else ""


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


async def soaked(made: Server, tasks: Path, requests: int, clients: int, seconds: float) -> Soak:
    """Ask so many, or for so long."""
    soak = Soak()
    until = time.monotonic() + (seconds or 10**9)
    watching = asyncio.create_task(_watch(made, tasks, requests, soak))
    await asyncio.gather(*(_client(made.port, requests, until, soak) for _ in range(clients)))
    watching.cancel()
    await asyncio.sleep(1)
    soak.looks.append(await _look(made, tasks, soak.asked))
    return soak


def run(requests: int, clients: int, seconds: float) -> tuple[Soak, float]:
    """The whole of it on a server of its own, and how many seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = Path(folder) / "tasks"
        environment = {
            "BACKWRIGHT_DATABASE_URL": f"sqlite:///{Path(folder) / 'contexts.db'}",
            "BACKWRIGHT_CONTEXTS": "1",
            "BACKWRIGHT_WRITES_PER_MINUTE": "0",
            "BACKWRIGHT_BENCH_TASKS": str(tasks),
        }
        command = (sys.executable, str(HERE / "echo_server.py"), "serve", "--http", "--port")
        with server(command, environment=environment) as made:
            started = time.monotonic()
            soak = asyncio.run(soaked(made, tasks, requests, clients, seconds))
            return soak, time.monotonic() - started


def rows(soak: Soak) -> list[list[str]]:
    """What each came to: at the end of the first quarter, in the second and the last, and after the clients left."""
    during = soak.looks[:-1]
    quarter = max(len(during) // 4, 1)
    found = []
    for name, digits in (("memory", 1), ("descriptors", 0), ("threads", 0), ("tasks", 0)):
        second = statistics.median(getattr(one, name) for one in during[quarter : 2 * quarter])
        last = statistics.median(getattr(one, name) for one in during[-quarter:])
        title = f"{name}, MB" if name == "memory" else name
        after = getattr(soak.looks[-1], name)
        found.append([title, *(f"{each:.{digits}f}" for each in (second, last, last - second, after))])
    return found


HEAD = ("of the server", "second quarter", "last quarter", "growth", "when all had left")


def main(requests: int, clients: int, seconds: float) -> int:
    """Print the table; the number of requests that failed though they should not have."""
    soak, took = run(requests, clients, seconds)
    rate = soak.asked / took
    title = f"{soak.asked} requests of {clients} clients in {took:.0f} s ({rate:.0f}/s), {len(soak.failed)} failed"
    table(title, HEAD, rows(soak))
    for failure in soak.failed[:3]:
        print(failure)
    return len(soak.failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    sys.exit(1 if main(given.requests, given.clients, given.seconds) else 0)
