"""From a put to the notice of each listener: within one process, and through Redis from one replica to another.

    uv run python -m tests.bench.context_events [PUTS] [LISTENERS]

First without MCP: from a put to the callbacks of a replica. Then each listener is a stream of a real client over HTTP,
of which one process holds all; client and servers share this machine. Redis and PostgreSQL are needed: a redis-server
of its own is started, PostgreSQL is the one that the tests use.
"""

from __future__ import annotations

import math
import queue
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from backwright.contexts.opening import kind_of_bus, open_store
from backwright.contexts.replica import Replica
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened
from backwright.settings import OWN_BUS
from tests.bench._wire import table
from tests.catalog._packs import write_pack
from tests.contexts._databases import fresh_database
from tests.contexts._redis import own_redis
from tests.contexts.test_relay import put
from tests.mcp_api._connect import connected
from tests.mcp_api.test_context_changes import Replicated, put_by

URI = "context://shop/conventions"
_WARM = 3  # the first puts open what is not open yet
STREAMS = 50
"""Streams of one client: its connections are not without end."""


async def measured(writing: str, listening: str, puts: int, listeners: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the start of each put to each notice, and to the answer of the put."""
    notices: list[float] = []
    answers: list[float] = []
    started = 0.0
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connected(listening)) for _ in range(math.ceil(listeners / STREAMS))]
        writer = await stack.enter_async_context(connected(writing))
        streams = [
            await stack.enter_async_context(clients[number // STREAMS].listen(resource_subscriptions=[URI]))
            for number in range(listeners)
        ]

        async def hear(stream: Any) -> None:
            await anext(stream)
            notices.append((time.perf_counter() - started) * 1000)

        for version in range(1, _WARM + puts + 1):
            started = time.perf_counter()
            async with anyio.create_task_group() as group:
                for stream in streams:
                    group.start_soon(hear, stream)
                group.start_soon(_put, writer, version, answers)
    return notices[_WARM * listeners :], answers[_WARM:]


async def _put(writer: Client, version: int, answers: list[float]) -> None:
    started = time.perf_counter()
    await put_by(writer, URI, version)
    answers.append((time.perf_counter() - started) * 1000)


@contextmanager
def served(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The URL to write to, and the one to listen at."""
    pack = write_pack(folder / "pack", "one")
    with ExitStack() as stack:
        if kind == "in process":
            # Contexts are offered once the file is there.
            (folder / "contexts.db").touch()
            database = f"sqlite:///{folder / 'contexts.db'}"
            url = stack.enter_context(Replicated(database, "memory://", pack).http())
            yield url, url
            return
        redis = stack.enter_context(own_redis(folder / "redis"))
        redis.start()
        shared = Replicated(stack.enter_context(fresh_database()), redis.url, pack)
        yield stack.enter_context(shared.http()), stack.enter_context(shared.http())


def called(bus: str, puts: int, listeners: int) -> list[float]:
    """Milliseconds from the start of each put to each callback: of the same replica, or of another through a bus."""
    heard: queue.SimpleQueue[float] = queue.SimpleQueue()
    times: list[float] = []
    with ExitStack() as stack:
        database = stack.enter_context(fresh_database())
        replicas = [Replica(kind_of_bus(bus), bus) for _ in range(2)]
        stores = [stack.enter_context(Opened(open_store(database))) for _ in replicas]
        for replica, store in zip(replicas, stores, strict=True):
            replica.attach(store)
            stack.callback(replica.close)
        hearing = replicas[0] if bus == OWN_BUS else replicas[1]
        for _ in range(listeners):
            hearing.listen(lambda _: heard.put(time.perf_counter()))
        contexts = Contexts(stores[0], wake=replicas[0].wake, tell=replicas[0].tell)
        for version in range(1, _WARM + puts + 1):
            started = time.perf_counter()
            put(contexts, "bench", (version,))
            times += [(heard.get(timeout=60) - started) * 1000 for _ in range(listeners)]
    return times[_WARM * listeners :]


def shown(kind: str, values: Sequence[float]) -> list[str]:
    """A row of the table."""
    ordered = sorted(values)
    p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return [kind, f"{len(ordered)}", f"{p50:.1f}", f"{p99:.1f}", f"{ordered[-1]:.1f}"]


def main(puts: int, listeners: int) -> None:
    """Print the table."""
    rows = [shown("same process: callback", called(OWN_BUS, puts, listeners))]
    with tempfile.TemporaryDirectory() as folder, own_redis(Path(folder)) as redis:
        redis.start()
        rows.append(shown("other replica, Redis: callback", called(redis.url, puts, listeners)))
    for kind in ("in process", "Redis"):
        with tempfile.TemporaryDirectory() as folder, served(kind, Path(folder)) as (writing, listening):
            notices, answers = anyio.run(measured, writing, listening, puts, listeners)
        rows += [shown(f"{kind}: notice", notices), shown(f"{kind}: answer", answers)]
    table(
        f"{puts} puts one after the other, {listeners} listeners",
        ["from put to", "of", "p50 ms", "p99 ms", "max ms"],
        rows,
    )


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(20, 200)[len(given) :])
