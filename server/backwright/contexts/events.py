"""What consumers hear of a change: a CloudEvents envelope that names the new version, and never its body.

Events are written in the transaction of the change (transactional outbox) and handed on by a relay, at least once: a
consumer that must count each once keeps the `id`s that it has seen.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from backwright.contexts.context import Caller, Context

EventKind = Literal["put", "deleted", "schema-registered"]

SOURCE: Final = "urn:backwright:contexts"


@dataclass(frozen=True, slots=True)
class ContextEvent:
    """A change, as CloudEvents 1.0.2 puts it.

    Args:
        id: a UUID of version 7, so that ids sort by time.
        kind: what happened.
        uri: the context's address.
        version: the version that the change made.
        digest: its digest.
        schema_uri: the schema that it validates against.
        created: whether the context was not there before: lists change, and not only a document.
        at: when, in UTC.
        traceparent: the trace that the change belongs to.
    """

    id: str
    kind: EventKind
    uri: str
    version: int
    digest: str
    schema_uri: str
    created: bool
    at: datetime
    traceparent: str | None = None

    def envelope(self) -> Mapping[str, object]:
        """The event in the JSON format of CloudEvents 1.0.2, with the partitioning and sequence extensions."""
        subject = self.uri.partition("://")[2]
        envelope: dict[str, object] = {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE,
            "type": f"dev.backwright.context.{self.kind}.v1",
            "subject": subject,
            "time": self.at.isoformat(),
            "dataschema": self.schema_uri,
            "datacontenttype": "application/json",
            "partitionkey": subject,
            "sequence": f"{self.version:020}",
            "data": {"uri": self.uri, "version": self.version, "digest": self.digest, "created": self.created},
        }
        return envelope if self.traceparent is None else {**envelope, "traceparent": self.traceparent}

    def to_json(self) -> str:
        """The envelope as a text of one line."""
        return json.dumps(self.envelope(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> ContextEvent:
        """The event of an envelope that `to_json` wrote.

        Raises:
            ValueError: it is no such envelope.
        """
        try:
            envelope = json.loads(text)
            data = envelope["data"]
            return cls(
                id=str(envelope["id"]),
                kind=envelope["type"].removeprefix("dev.backwright.context.").removesuffix(".v1"),
                uri=str(data["uri"]),
                version=int(data["version"]),
                digest=str(data["digest"]),
                schema_uri=str(envelope["dataschema"]),
                created=bool(data["created"]),
                at=datetime.fromisoformat(envelope["time"]),
                traceparent=envelope.get("traceparent"),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no event of a context: {error}") from error


def of_change(kind: EventKind, context: Context, caller: Caller, *, created: bool) -> ContextEvent:
    """The event of one written version."""
    return ContextEvent(
        id=uuid7(),
        kind=kind,
        uri=context.address.uri,
        version=context.version,
        digest=context.digest,
        schema_uri=context.schema_uri,
        created=created,
        at=context.updated_at,
        traceparent=caller.traceparent,
    )


def of_schema(uri: str, version: int, digest: str, caller: Caller, at: datetime) -> ContextEvent:
    """The event of a registered version of a schema.

    Args:
        uri: its address, `context-schema://<type>/v<version>`.
        version: which version.
        digest: of its canonical text.
        caller: who registered it.
        at: when, in UTC.
    """
    return ContextEvent(
        id=uuid7(),
        kind="schema-registered",
        uri=uri,
        version=version,
        digest=digest,
        schema_uri="https://json-schema.org/draft/2020-12/schema",
        created=True,
        at=at,
        traceparent=caller.traceparent,
    )


def first_id(at: datetime) -> str:
    """What no id of an event made at that time or later sorts before."""
    text = f"{max(int(at.timestamp() * 1000), 0):012x}"
    return f"{text[:8]}-{text[8:]}"


def uuid7() -> str:
    """A UUID of version 7 (RFC 9562, section 5.7); the standard library has one only from Python 3.14."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
