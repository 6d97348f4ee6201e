"""What `get_context` and `put_context` take for an address and a type, and how they show a context."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pydantic import Field

from backwright.errors import InvalidInputError
from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.contexts.context import Address, Context
    from backwright.contexts.history import Step

MAX_SHOWN: Final = 12_000
"""Bytes of a document in an answer; the resource has all of a larger one."""

MAX_LINE: Final = 160
MAX_CHANGES: Final = 12

_TYPE: Final = re.compile(r"([a-z][a-z0-9-]{0,62})(?:/v([1-9][0-9]{0,5}))?")
_VERSION: Final = re.compile(r"/v/([1-9][0-9]{0,8})\Z")


class ContextRow(Closed):
    """One context of a list."""

    context: str
    version: int
    type: str
    labels: dict[str, str] = Field(default_factory=dict)
    updated_at: str


class VersionRow(Closed):
    """One version of a history.

    Args:
        version: which.
        type: of its schema, with the version.
        updated_at: when, in UTC.
        updated_by: who, as a pseudonym.
        deleted: whether it says that the context is gone.
        changes: what it changed, as lines of a JSON Patch (RFC 6902): `replace /framework "flask"`.
        cut: whether there are more.
    """

    version: int
    type: str
    updated_at: str
    updated_by: str
    deleted: bool | None = None
    changes: tuple[str, ...] = ()
    cut: bool | None = None


def address_of(text: str) -> tuple[Address, int | None]:
    """The address that `namespace/name` or a `context://` URI names, and the version where the URI has one.

    Raises:
        InvalidInputError: it is neither.
    """
    from backwright.contexts.context import Address

    path = text.removeprefix("context://")
    version = _VERSION.search(path)
    namespace, slash, name = (path if version is None else path[: version.start()]).partition("/")
    if not slash:
        raise InvalidInputError("context: it is no address", hint="give namespace/name: shop/conventions")
    return Address(namespace, name), None if version is None else int(version[1])


def type_of(text: str) -> tuple[str, int | None]:
    """The type of a schema, and its version where `type/vN` says one.

    Raises:
        InvalidInputError: it is neither.
    """
    found = _TYPE.fullmatch(text)
    if found is None:
        raise InvalidInputError("type: it is no type", hint="give the type of a schema, as project, or project/v3")
    return found[1], None if found[2] is None else int(found[2])


def kind(context: Context) -> str:
    """The type of a context with the version of its schema."""
    return f"{context.type}/v{context.type_version}"


def time(context: Context) -> str:
    """When a version was written, to the second."""
    return context.updated_at.isoformat(timespec="seconds")


def row(context: Context) -> ContextRow:
    """A context as a line of a list."""
    address = context.address
    return ContextRow(
        context=f"{address.namespace}/{address.name}",
        version=context.version,
        type=kind(context),
        labels=dict(context.labels),
        updated_at=time(context),
    )


def version_row(step: Step) -> VersionRow:
    """A version as an entry of a history."""
    context = step.context
    labels = json.dumps(dict(context.labels), ensure_ascii=False)
    lines = [change.line(MAX_LINE) for change in step.changes]
    return VersionRow(
        version=context.version,
        type=kind(context),
        updated_at=time(context),
        updated_by=context.updated_by,
        deleted=context.deleted or None,
        changes=(*lines, *([f"labels {labels}"[:MAX_LINE]] if step.labelled and not context.deleted else [])),
        cut=step.cut or None,
    )


def labelled(labels: dict[str, str]) -> str:
    """Labels for a reader."""
    return "".join(f" {key}={value}" for key, value in sorted(labels.items()))
