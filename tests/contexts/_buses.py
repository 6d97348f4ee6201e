"""A bus of each kind, with nothing in it, and what a consumer finds there."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from backwright.contexts.bus import Bus
from backwright.contexts.events import ContextEvent, uuid7
from backwright.contexts.opening import open_bus
from tests.contexts._redis import own_redis

PATIENCE = 30
"""Seconds after which an event that has not come will not come."""

KAFKA = "BACKWRIGHT_KAFKA"
Find = Callable[[], list[ContextEvent]]


class Heard:
    """A subscriber that keeps what it hears."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[ContextEvent] = queue.SimpleQueue()

    def __call__(self, event: ContextEvent) -> None:
        self._events.put(event)

    def next(self, count: int) -> list[ContextEvent]:
        """The next so many, waited for."""
        return [self._events.get(timeout=PATIENCE) for _ in range(count)]

    def distinct(self, count: int) -> list[ContextEvent]:
        """The next so many, as a consumer keeps them who has seen their ids: each once."""
        heard: dict[ContextEvent, None] = {}
        while len(heard) < count:
            heard[self._events.get(timeout=PATIENCE)] = None
        return list(heard)

    def rest(self) -> list[ContextEvent]:
        """What has come and was not asked for."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]

    def until(self, last: ContextEvent) -> list[ContextEvent]:
        """Everything up to an event, which is waited for."""
        heard = [self._events.get(timeout=PATIENCE)]
        while heard[-1] != last:
            heard.append(self._events.get(timeout=PATIENCE))
        return heard


def until(done: Callable[[], bool]) -> None:
    """Return once it is so."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.02)


def made(version: int = 1, name: str = "conventions") -> ContextEvent:
    """An event as a change makes it."""
    return ContextEvent(
        id=uuid7(),
        kind="put",
        uri=f"context://shop/{name}",
        version=version,
        digest="sha256:" + "0" * 64,
        schema_uri="context-schema://project/v3",
        created=version == 1,
        at=datetime.now(UTC),
    )


def in_order(events: list[ContextEvent]) -> bool:
    """Whether the first delivery of each event comes after those of the earlier versions of its context."""
    first = list(dict.fromkeys(events))
    latest: dict[str, int] = {}
    for event in first:
        if event.version != latest.get(event.uri, 0) + 1:
            return False
        latest[event.uri] = event.version
    return True


@contextmanager
def fresh_bus(kind: str, folder: Path) -> Iterator[tuple[str, Find | None]]:
    """The URL of a bus of a kind, and how a consumer reads it; None where it reads nothing but what it hears."""
    match kind:
        case "memory":
            yield "memory://", None
        case "file":
            path = folder / "bus" / "events.jsonl"
            yield f"file://{path}", lambda: events_of(path)
        case "redis":
            with own_redis(folder / "redis") as server:
                server.start()
                yield server.url, lambda: streamed(server.url)
        case "kafka":
            broker = os.environ.get(KAFKA)
            if not broker:
                why = f"there is no Kafka (set {KAFKA} to host:port): the Kafka bus is NOT tested"
                if os.environ.get("BACKWRIGHT_REQUIRE_KAFKA"):
                    pytest.fail(why)
                pytest.skip(why)
            topic = f"backwright-{uuid4().hex}"
            yield f"kafka://{broker}?topic={topic}", lambda: asyncio.run(_consumed(broker, topic))
        case _:
            pytest.fail(f"say here how a consumer reads the bus {kind!r}")


@contextmanager
def opened(url: str) -> Iterator[Bus]:
    bus = open_bus(url)
    try:
        yield bus
    finally:
        bus.close()


def events_of(path: Path) -> list[ContextEvent]:
    """The events of a file of JSON lines; none if it is not there."""
    if not path.exists():
        return []
    return [ContextEvent.from_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


def streamed(url: str) -> list[ContextEvent]:
    """The events of the stream of a Redis."""
    with redis.Redis.from_url(url) as client:
        entries = client.xrange("backwright:contexts")
    return [ContextEvent.from_json(fields[b"event"]) for _, fields in entries]


async def _consumed(broker: str, topic: str) -> list[ContextEvent]:
    from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it has none

    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker, auto_offset_reset="earliest")
    await consumer.start()
    found: list[ContextEvent] = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            record = await asyncio.wait_for(consumer.getone(), PATIENCE)
            found.append(ContextEvent.from_json(record.value))
    finally:
        await consumer.stop()
    return found


def numbered(count: int, name: str = "conventions") -> list[ContextEvent]:
    """The events of the first versions of a context."""
    first = made(1, name)
    return [replace(first, id=uuid7(), version=number, created=number == 1) for number in range(1, count + 1)]
