"""The bus over Kafka; see `kafka` for its URL."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # it has none
from aiokafka.errors import IllegalOperation, KafkaError  # type: ignore[import-untyped]  # it has none

from backwright.contexts.bus import PUBLISH_SECONDS, EventRefusedError, Hear
from backwright.contexts.events import ContextEvent
from backwright.errors import StoreUnavailableError

_CLOSE_SECONDS: Final = 2.0

T = TypeVar("T")


class KafkaBus:
    """See `Bus`. The producer is asynchronous, so it lives in a thread of its own with an event loop.

    Args:
        servers: `host:port`, several parted by commas.
        topic: where events go.
    """

    def __init__(self, servers: str, topic: str) -> None:
        self._servers = servers
        self._topic = topic
        self._loop: asyncio.AbstractEventLoop | None = None
        self._producer: AIOKafkaProducer | None = None
        self._lock = threading.Lock()

    def publish(self, events: Sequence[ContextEvent]) -> None:
        """Send, and return once all in-sync replicas of the broker have it."""
        with self._lock:
            try:
                self._run(self._send(events), PUBLISH_SECONDS)
            except (KafkaError, OSError, TimeoutError, FutureTimeoutError) as error:
                # Of a refusal as well: what sends may have ended with it, and nobody would hear of it again.
                self._forget()
                if isinstance(error, KafkaError) and not error.retriable and not isinstance(error, IllegalOperation):
                    raise EventRefusedError(f"Kafka does not take it ({type(error).__name__})") from None
                raise StoreUnavailableError(
                    f"Kafka did not take the events ({type(error).__name__})",
                    hint="see whether its brokers run and the topic is there; what is due is handed on when they do",
                ) from None

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Nobody hears it here; consumers read the topic."""
        del hear
        return lambda: None

    def check(self) -> None:
        """Its brokers are not asked: a producer of a question's own costs more than it says, and the outbox shows."""

    def close(self) -> None:
        """End the producer and its thread."""
        with self._lock:
            self._forget()
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)

    async def _send(self, events: Sequence[ContextEvent]) -> None:
        async with asyncio.timeout(PUBLISH_SECONDS):
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._servers,
                    client_id="backwright",
                    acks="all",
                    # Its own retries must not put a later event before an earlier one.
                    enable_idempotence=True,
                    request_timeout_ms=int(PUBLISH_SECONDS * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            sent = [
                await self._producer.send(self._topic, event.to_json().encode(), key=event.uri.encode())
                for event in events
            ]
            await asyncio.gather(*sent)

    def _run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_forever, args=(self._loop,), name="contexts-kafka", daemon=True).start()
        # The work ends itself in time; a little more, so that what it says is heard.
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds + _CLOSE_SECONDS)

    def _forget(self) -> None:
        """Drop a producer whose state is not known: what it still holds may come late and out of its order."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                self._run(_stopped(producer), _CLOSE_SECONDS)
            except (KafkaError, OSError, TimeoutError, FutureTimeoutError):
                # It has its own thread to end in, and nobody reads what it says.
                return


async def _stopped(producer: AIOKafkaProducer) -> None:
    async with asyncio.timeout(_CLOSE_SECONDS):
        await producer.stop()


def _forever(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()
