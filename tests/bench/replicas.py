"""Two replicas behind nginx at a steady load: a rolling restart, one killed, PostgreSQL and Redis restarted.

    uv run python -m tests.bench.replicas [RATE] [ROUNDS]

Each process is a real one, on this machine, which the load shares. Requests are reads, skills and puts in turn. A put
that was acknowledged is looked for at the end. The promises: a rolling restart loses no request; nothing acknowledged
is lost; answers are back within 2 s of PostgreSQL and of Redis.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import anyio.to_thread

from backwright.contexts.context import LOCAL
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened
from tests.bench._load import Asked, Connection, Outcome, open_loop
from tests.bench._wire import table
from tests.contexts._postgres import OwnPostgres, own_postgres
from tests.deploy._service import Service, service

NUMBERS = count()
Work = Callable[[Service, OwnPostgres], Awaitable[float]]
"""Does something to the service, and says after how many seconds it answered again."""


class Puts:
    """Documents that are put, each once, and which of them were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[int] = set()

    def request(self, port: int) -> bytes:
        """The next one."""
        return _put(port, next(NUMBERS)).to_bytes(port)

    def heard(self, answer: bytes) -> None:
        """Note what an answer acknowledges."""
        structured = json.loads(answer)["result"].get("structuredContent") or {}
        uri = str(structured.get("uri", ""))
        if uri.startswith("context://load/n"):
            self.acknowledged.add(int(uri.removeprefix("context://load/n").partition("/")[0]))

    def lost(self, database: str) -> int:
        """How many of the acknowledged are not there."""
        with Opened(open_store(database)) as store:
            contexts = Contexts(store)
            there: set[int] = set()
            cursor = None
            while True:
                page = contexts.list(LOCAL, namespace="load", cursor=cursor, limit=500)
                there |= {int(one.address.name[1:]) for one in page.items}
                cursor = page.cursor
                if cursor is None:
                    return len(self.acknowledged - there)


def _put(port: int, number: int) -> Asked:
    arguments = {"context": f"load/n{number}", "type": "project", "body": {"exclude": [f"v{number}"]}, "if_version": 0}
    return Asked("tools/call", {"name": "put_context", "arguments": arguments})


READS = (
    Asked("tools/list"),
    Asked("tools/call", {"name": "use_skill", "arguments": {"request": "add a FastAPI endpoint"}}),
    Asked("resources/read", {"uri": "skill://fastapi-endpoint/SKILL.md"}),
)


async def restarted(served: Service, _: OwnPostgres) -> float:
    """Each replica in turn, in order."""
    for replica in served.replicas:
        await anyio.to_thread.run_sync(served.restart, replica)
    return 0.0


async def killed(served: Service, _: OwnPostgres) -> float:
    """One replica, and started again."""
    replica = served.replicas[0]
    await anyio.to_thread.run_sync(replica.stop, signal.SIGKILL)
    await asyncio.sleep(1)
    await anyio.to_thread.run_sync(replica.start)
    await anyio.to_thread.run_sync(served.taken_in, replica)
    return 0.0


async def postgres_restarted(served: Service, postgres: OwnPostgres) -> float:
    """Killed, away for two seconds, and started again; seconds until a put through nginx is acknowledged."""
    await anyio.to_thread.run_sync(postgres.stop)
    await asyncio.sleep(2)
    await anyio.to_thread.run_sync(postgres.start)
    return await back(served)


async def redis_restarted(served: Service, _: OwnPostgres) -> float:
    """Killed, away for two seconds, and started again; seconds until a put is heard at both replicas."""
    await anyio.to_thread.run_sync(served.redis.kill)
    await asyncio.sleep(2)
    await anyio.to_thread.run_sync(served.redis.start)
    return await back(served)


async def back(served: Service) -> float:
    """Seconds until each replica acknowledges a put."""
    started = time.perf_counter()
    for replica in served.replicas:
        connection = Connection(replica.port)
        while True:
            try:
                await connection.ask(_put(replica.port, next(NUMBERS)).to_bytes(replica.port))
            except (OSError, RuntimeError, asyncio.IncompleteReadError):
                connection.close()
                await asyncio.sleep(0.02)
            else:
                break
        connection.close()
    return time.perf_counter() - started


async def under_load(served: Service, postgres: OwnPostgres, rate: float, work: Work, puts: Puts) -> list[str]:
    """A row: what came of the load while something was done."""
    outcome, ended = Outcome(heard=puts.heard), asyncio.Event()
    requests = [*(lambda one=one: one.to_bytes(served.port) for one in READS), lambda: puts.request(served.port)]
    load = asyncio.create_task(open_loop(served.port, requests, rate, ended, outcome))
    await asyncio.sleep(2)
    seconds = await work(served, postgres)
    await asyncio.sleep(2)
    ended.set()
    await load
    first = sorted({error.partition(" of ")[0][:60] for error in outcome.errors})
    return [
        f"{len(outcome.times) + len(outcome.errors)}",
        f"{len(outcome.errors)}",
        f"{outcome.at(0.5):.0f}",
        f"{outcome.at(0.99):.0f}",
        f"{outcome.at(1):.0f}",
        f"{seconds:.2f}" if seconds else "",
        "; ".join(first)[:120],
    ]


@contextmanager
def started(folder: Path) -> Iterator[tuple[Service, OwnPostgres]]:
    """The service on a PostgreSQL of its own."""
    with own_postgres() as postgres:
        postgres.start()
        with service(folder, database=postgres.url) as served:
            yield served, postgres


WORKS: tuple[tuple[str, Work], ...] = (
    ("rolling restart", restarted),
    ("one replica killed", killed),
    ("PostgreSQL killed for 2 s", postgres_restarted),
    ("Redis killed for 2 s", redis_restarted),
)
HEAD = ("meanwhile", "requests", "failed", "p50 ms", "p99 ms", "max ms", "back after s", "how they failed")


def measured(rate: float, rounds: int) -> list[list[str]]:
    """The rows of the table; the last says how many puts were acknowledged and lost."""
    puts = Puts()
    rows = []
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as (served, postgres):
        for _ in range(rounds):
            for title, work in WORKS:
                rows.append([title, *asyncio.run(under_load(served, postgres, rate, work, puts))])
        lost = puts.lost(postgres.url)
    said = f"{len(puts.acknowledged)} acknowledged, {lost} lost"
    return [*sorted(rows, key=lambda row: [title for title, _ in WORKS].index(row[0])), ["puts", said, *[""] * 6]]


def main(rate: float, rounds: int) -> None:
    """Print the table."""
    table(f"two replicas behind nginx, {rate:g} requests/s", HEAD, measured(rate, rounds))


if __name__ == "__main__":
    given = sys.argv[1:]
    main(float(given[0]) if given else 100, int(given[1]) if len(given) > 1 else 1)
