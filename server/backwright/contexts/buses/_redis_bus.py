"""The bus over a Redis; see `redis` for its URL."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backwright.contexts.bus import Hear
from backwright.contexts.events import ContextEvent
from backwright.errors import StoreUnavailableError

FIELD: Final = "event"
"""The field of a stream's entry that holds the envelope."""

ANSWER_SECONDS: Final = 1.0
"""How long to wait for a connection, and for an answer; each twice at most."""

_LISTEN_SECONDS: Final = 0.5
_HEALTH_SECONDS: Final = 2
# How long a dead connection may have looked alive: until the next question after its health, and the answer to it.
_UNNOTICED_SECONDS: Final = _HEALTH_SECONDS + 2 * ANSWER_SECONDS + _LISTEN_SECONDS
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 0.5
_PAGE: Final = 1_000

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in Redis, and about how many events the stream keeps."""

    channel: str
    stream: str
    maxlen: int


class RedisBus:
    """See `Bus`.

    Args:
        url: with nothing behind a question mark.
        names: of channel and stream.

    Raises:
        ValueError: the URL is none of Redis.
    """

    def __init__(self, url: str, names: Names) -> None:
        # Its connections are made when they are needed.
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            health_check_interval=_HEALTH_SECONDS,
            # Once more at once, for a connection that a restart has cut; patience is the relay's.
            retry=Retry(NoBackoff(), 1),
            client_name="backwright",
        )
        self._names = names
        self._ears: set[_Ear] = set()
        self._lock = threading.Lock()

    def publish(self, events: Sequence[ContextEvent]) -> None:
        """Append to the stream and tell the channel, in one transaction."""
        if not events:
            return
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                for event in events:
                    text = event.to_json()
                    pipeline.xadd(self._names.stream, {FIELD: text}, maxlen=self._names.maxlen, approximate=True)
                    pipeline.publish(self._names.channel, text)
                pipeline.execute()
        except (RedisError, OSError) as error:
            # Not what it says: that may hold the address, and the address a password.
            raise StoreUnavailableError(
                f"Redis did not take the events ({type(error).__name__})",
                hint="see whether it runs and takes writes; what is due is handed on when it does",
            ) from None

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Follow the channel from a thread, and after each gap the stream."""
        ear = _Ear(self._client, self._names, hear)
        with self._lock:
            self._ears.add(ear)
        ear.start()

        def end() -> None:
            with self._lock:
                self._ears.discard(ear)
            ear.end()

        return end

    def check(self) -> None:
        """Whether it answers."""
        try:
            self._client.ping()
        except (RedisError, OSError) as error:
            raise StoreUnavailableError(
                f"Redis does not answer ({type(error).__name__})",
                hint="see whether it runs; what is due is handed on when it does",
            ) from None

    def close(self) -> None:
        """End the threads and the connections."""
        with self._lock:
            ears, self._ears = self._ears, set()
        for ear in ears:
            ear.end()
        self._client.close()


class _Ear:
    """One subscription: a thread that keeps a connection."""

    def __init__(self, client: redis.Redis, names: Names, hear: Hear) -> None:
        self._client = client
        self._names = names
        self._hear = hear
        self._ending = threading.Event()
        # Until when nothing was missed, on this machine's clock that is never set.
        self._complete_at = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="contexts-redis", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def end(self) -> None:
        """Stop listening; a thread that waits for Redis ends by itself."""
        self._ending.set()
        if self._thread is not threading.current_thread():
            self._thread.join(2 * _LISTEN_SECONDS)

    def _work(self) -> None:
        failures = 0
        unnoticed = 0.0
        while not self._ending.is_set():
            try:
                # It connects before anything else, so a Redis that is away is noticed here.
                with self._client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]  # redis-py's
                    channel.subscribe(self._names.channel)
                    self._catch_up(unnoticed)
                    if failures:
                        _LOG.warning("Redis is back")
                    failures, unnoticed = 0, _UNNOTICED_SECONDS
                    self._follow(channel)
            except (RedisError, OSError, ValueError) as error:
                # A connection that is closed while it is read raises a ValueError of the socket's file.
                if not failures and not self._ending.is_set():
                    _LOG.warning("Redis is away (%s); what is missed is read when it is back", type(error).__name__)
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10))
                failures += 1
                self._ending.wait(pause * random.uniform(0.5, 1))  # noqa: S311  so that replicas do not come all at once

    def _follow(self, channel: Any) -> None:  # redis.client.PubSub, which is not typed
        while not self._ending.is_set():
            message = channel.get_message(timeout=_LISTEN_SECONDS)
            self._complete_at = time.monotonic()
            if message is not None and message["type"] == "message":
                self._told(message["data"])

    def _catch_up(self, unnoticed: float) -> None:
        """Read what the stream has got since the connection was good."""
        now: Any = self._client.time()
        missed = time.monotonic() - self._complete_at + unnoticed
        start = f"{max(0, int((now[0] + now[1] / 1e6 - missed) * 1000))}-0"
        while not self._ending.is_set():
            page: Any = self._client.xrange(self._names.stream, min=start, count=_PAGE)
            for position, fields in page:
                start = f"({position.decode()}"
                self._told(fields.get(FIELD.encode(), b""))
            if len(page) < _PAGE:
                return

    def _told(self, data: bytes) -> None:
        try:
            event = ContextEvent.from_json(data)
        except ValueError:
            _LOG.warning("something in Redis's %s is no event of a context", self._names.channel)
            return
        try:
            self._hear(event)
        except Exception:  # noqa: BLE001  the thread must go on hearing
            _LOG.exception("an event could not be heard")
