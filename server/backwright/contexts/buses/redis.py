"""Redis: a channel for the replicas, and a stream for everyone else.

`redis://host:6379/0?channel=backwright.contexts&stream=backwright:contexts&maxlen=100000`. A replica that was cut off
reads from the stream what it has missed, for a channel keeps nothing. The stream is trimmed to about `maxlen` events;
it survives a restart of Redis as its own persistence says (`appendonly yes`).
"""

from __future__ import annotations

from typing import Final

from backwright.contexts.bus import Bus, BusKind
from backwright.contexts.buses._options import options_of
from backwright.errors import InvalidInputError

CHANNEL: Final = "backwright.contexts"
STREAM: Final = "backwright:contexts"
MAXLEN: Final = 100_000


def _open(url: str) -> Bus:
    plain, options = options_of(url, {"channel": CHANNEL, "stream": STREAM, "maxlen": MAXLEN})
    try:
        from backwright.contexts.buses._redis_bus import Names, RedisBus
    except ImportError:
        raise InvalidInputError(
            "Redis needs a driver that is not installed", hint="install backwright[redis]"
        ) from None
    try:
        return RedisBus(plain, Names(str(options["channel"]), str(options["stream"]), int(options["maxlen"])))
    except ValueError:
        raise InvalidInputError("the bus's URL is none of Redis", hint="write redis://HOST:PORT/NUMBER") from None


BUS = BusKind(name="redis", schemes=("redis", "rediss", "unix"), open=_open, heard=True, shared=True)
