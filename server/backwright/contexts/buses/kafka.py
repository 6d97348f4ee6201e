"""Kafka: a topic for consumers, partitioned by context, so that each context's events keep their order.

`kafka://host:9092,other:9092?topic=backwright.contexts`. Replicas do not hear it: what they need is at once and
forgotten, for which there is Redis.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from backwright.contexts.bus import Bus, BusKind
from backwright.contexts.buses._options import options_of
from backwright.errors import InvalidInputError

TOPIC: Final = "backwright.contexts"


def _open(url: str) -> Bus:
    plain, options = options_of(url, {"topic": TOPIC})
    servers = urlsplit(plain).netloc
    if not servers:
        raise InvalidInputError("the bus's URL names no broker", hint="write kafka://HOST:PORT")
    try:
        from backwright.contexts.buses._kafka_bus import KafkaBus
    except ImportError:
        raise InvalidInputError(
            "Kafka needs a driver that is not installed", hint="install backwright[kafka]"
        ) from None
    return KafkaBus(servers, str(options["topic"]))


BUS = BusKind(name="kafka", schemes=("kafka",), open=_open, heard=False, shared=True)
