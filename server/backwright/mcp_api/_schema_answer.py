"""Schemas as `get_context` and `put_context` take and show them, at `context-schema://` addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from backwright.errors import InvalidInputError
from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.contexts.registered import SchemaCheck, SchemaVersion

SCHEME: Final = "context-schema://"
_ADDRESS: Final = re.compile(r"context-schema://(?:([a-z][a-z0-9-]{0,62})(?:/v([1-9][0-9]{0,5}))?)?/?")


class SchemaRow(Closed):
    """One schema of a list.

    Args:
        schema_uri: its address.
        mode: what its type promises from that version on.
        latest: whether it is the latest of its type.
        registered: whether a user registered it; the others ship with Backwright.
    """

    schema_uri: str
    mode: str
    latest: bool
    registered: bool


class SchemaChange(Closed):
    """A change that breaks a promise.

    Args:
        pointer: where, as a JSON Pointer.
        breaks: which promise.
        reason: what one version takes and the other refuses.
    """

    pointer: str
    breaks: str
    reason: str


def schema_address(text: str) -> tuple[str | None, int | None]:
    """The type and the version that a `context-schema://` address names; None for what it leaves out.

    Raises:
        InvalidInputError: it is none.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise InvalidInputError(
            "context: it is no address of a schema", hint="give context-schema://TYPE, or context-schema://TYPE/vN"
        )
    return found[1], None if found[2] is None else int(found[2])


def schema_row(found: SchemaVersion) -> SchemaRow:
    """A schema as a line of a list."""
    return SchemaRow(schema_uri=found.uri, mode=found.mode, latest=found.latest, registered=found.registered)


def schema_changes(found: SchemaCheck) -> tuple[SchemaChange, ...]:
    """What breaks the promise of a type."""
    return tuple(SchemaChange(pointer=one.pointer, breaks=one.breaks, reason=one.reason) for one in found.changes)


def row_lines(rows: tuple[SchemaRow, ...]) -> Iterator[str]:
    """A list for a reader."""
    yield f"Schemas: {len(rows)}."
    for row in rows:
        whose = ", registered" if row.registered else ""
        yield f"- {row.schema_uri} {row.mode}{'' if row.latest else ', not the latest'}{whose}"


def change_lines(changes: tuple[SchemaChange, ...]) -> Iterator[str]:
    """What breaks a promise, for a reader."""
    return (f"- {change.pointer or '/'}: breaks {change.breaks}: {change.reason}" for change in changes)


def body_line(body: object) -> str:
    """A document for a reader."""
    return json.dumps(body, ensure_ascii=False)
