"""`get_context`: a stored context, one of its versions, what each version changed, or which contexts there are.

A schema is read at its own address, and at that of the project what its code says that its context could be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.errors import InvalidCursorError, InvalidInputError
from backwright.mcp_api._caller import caller
from backwright.mcp_api._context_answer import (
    MAX_CHANGES,
    MAX_SHOWN,
    ContextRow,
    VersionRow,
    address_of,
    kind,
    labelled,
    row,
    time,
    type_of,
    version_row,
)
from backwright.mcp_api._schema_answer import SCHEME, SchemaRow, body_line, row_lines, schema_address, schema_row
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.context import Address

PROJECT: Final = "backwright://project"
_ROWS: Final = 50
_VERSIONS: Final = 10


class GetContextInput(Closed):
    """What to read."""

    context: str | None = Field(default=None, max_length=200)
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    history: bool = False
    type: str | None = Field(default=None, max_length=80)
    cursor: str | None = Field(default=None, max_length=300)


class Found(Closed):
    """A member that the project's context could have, with what that was drawn from."""

    name: str
    value: str
    evidence: tuple[str, ...]


class Asked(Closed):
    """What reading the code cannot tell: ask the user."""

    name: str
    text: str
    choices: tuple[str, ...] = ()


class GetContextAnswer(Closed):
    """A context, its history, a list, a schema, or a proposal.

    Args:
        context: its address; None of a list.
        uri: the address of the version that was read.
        version: from 1; the one to write with as `if_version`.
        type: of its schema, with the version: `project/v3`.
        digest: of the document.
        labels: what it is found by.
        deleted: whether this version says that it is gone.
        updated_at: when, in UTC.
        updated_by: who, as a pseudonym.
        body: the document.
        note: where the document is, if it is too large to be shown.
        versions: of a history, the newest first.
        contexts: of a list, by address.
        schemas: of a list of schemas.
        mode: what the type of a schema promises from that version on.
        members: of a proposal; `body` has them as one document.
        questions: of a proposal.
        next_cursor: where the rest is.
    """

    context: str | None = None
    uri: str | None = None
    version: int | None = None
    type: str | None = None
    digest: str | None = None
    labels: dict[str, str] | None = None
    deleted: bool | None = None
    updated_at: str | None = None
    updated_by: str | None = None
    body: dict[str, Any] | None = None
    note: str | None = None
    versions: tuple[VersionRow, ...] | None = None
    contexts: tuple[ContextRow, ...] | None = None
    schemas: tuple[SchemaRow, ...] | None = None
    mode: str | None = None
    members: tuple[Found, ...] | None = None
    questions: tuple[Asked, ...] | None = None
    next_cursor: str | None = None


def _call(app: App, given: GetContextInput) -> GetContextAnswer:
    if given.context is not None and given.context.startswith((SCHEME, PROJECT)):
        if given.history or given.type is not None or given.cursor is not None:
            raise InvalidInputError("context: it has no history, type or cursor", hint="leave these out")
        return _schema(app, given) if given.context.startswith(SCHEME) else _project(app, given)
    if given.context is None or "/" not in given.context.rstrip("/"):
        return _list(app, given)
    address, version = address_of(given.context)
    if given.history:
        if given.version or version or given.type:
            raise InvalidInputError("a history has all versions", hint="leave version and type out")
        return _history(app, address, given.cursor)
    if given.cursor is not None:
        raise InvalidInputError("cursor: one context has none", hint="leave it out, or ask for history or a list")
    if version is not None and given.version not in {None, version}:
        raise InvalidInputError("version: the address names another one", hint="leave one of the two out")
    return _one(app, address, given.version or version, given.type)


def _one(app: App, address: Address, version: int | None, wanted: str | None) -> GetContextAnswer:
    name, number = (None, None) if wanted is None else type_of(wanted)
    found = app.contexts.get(caller(), address, version=version, type_version=number)
    if name not in {None, found.type}:
        raise InvalidInputError(f"type: it is {kind(found)}", hint="leave type out, or name a version of that type")
    large = len(found.text.encode()) > MAX_SHOWN
    return GetContextAnswer(
        context=f"{address.namespace}/{address.name}",
        uri=found.uri,
        version=found.version,
        type=kind(found),
        digest=found.digest,
        labels=dict(found.labels) or None,
        deleted=found.deleted or None,
        updated_at=time(found),
        updated_by=found.updated_by,
        body=None if large or found.deleted else found.body,
        note=f"too large to show: read the resource {found.uri}" if large else None,
    )


def _schema(app: App, given: GetContextInput) -> GetContextAnswer:
    kind_, version = schema_address(given.context or "")
    if kind_ is None or given.version not in {None, version or given.version}:
        if given.version is not None:
            raise InvalidInputError("version: the address names none, or another", hint="leave one of the two out")
        every = app.contexts.schemas()
        more = f"and {len(every) - _ROWS} more: give {SCHEME}TYPE" if len(every) > _ROWS else None
        return GetContextAnswer(schemas=tuple(schema_row(one) for one in every[:_ROWS]), note=more)
    found = app.contexts.schema(kind_, given.version or version)
    large = len(found.text.encode()) > MAX_SHOWN
    return GetContextAnswer(
        context=f"{SCHEME}{found.type}",
        uri=found.uri,
        version=found.version,
        type=f"{found.type}/v{found.version}",
        digest=found.digest,
        mode=found.mode,
        body=None if large else json.loads(found.text),
        note=f"too large to show: read the resource {found.uri}" if large else None,
    )


def _project(app: App, given: GetContextInput) -> GetContextAnswer:
    if given.context != PROJECT or given.version is not None:
        raise InvalidInputError("context: it is no address", hint=f"give {PROJECT}, and no version")
    found = app.detect()
    return GetContextAnswer(
        context=PROJECT,
        type="project",
        body=found.document,
        members=tuple(Found(name=one.name, value=one.value, evidence=one.evidence) for one in found.members),
        questions=tuple(Asked(name=one.name, text=one.text, choices=one.choices) for one in found.questions),
        note="what backwright.yaml does not say yet; `backwright detect --write` writes it there"
        if found.members
        else "backwright.yaml says all that the code does",
    )


def _history(app: App, address: Address, cursor: str | None) -> GetContextAnswer:
    from backwright.contexts.history import history

    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise InvalidCursorError("the cursor is none of this history", hint="begin without a cursor")
    before = None if cursor is None else int(cursor[:10])
    page = history(app.contexts, caller(), address, before=before, limit=_VERSIONS, most=MAX_CHANGES)
    return GetContextAnswer(
        context=f"{address.namespace}/{address.name}",
        versions=tuple(version_row(step) for step in page.items),
        next_cursor=page.cursor,
    )


def _list(app: App, given: GetContextInput) -> GetContextAnswer:
    if given.version is not None or given.history:
        raise InvalidInputError("context: it names no context", hint="give namespace/name: shop/conventions")
    space = (given.context or "").removeprefix("context://").rstrip("/") or None
    name, number = (None, None) if given.type is None else type_of(given.type)
    if number is not None:
        raise InvalidInputError("type: a list is of a type, whatever its version", hint=f"give type as {name}")
    page = app.contexts.list(caller(), namespace=space, type=name, cursor=given.cursor, limit=_ROWS)
    return GetContextAnswer(contexts=tuple(row(context) for context in page.items), next_cursor=page.cursor)


def _render(answer: GetContextAnswer) -> str:
    return "\n".join(_lines(answer))


def _lines(answer: GetContextAnswer) -> Iterator[str]:
    if answer.schemas is not None:
        yield from row_lines(answer.schemas)
        yield from () if answer.note is None else (answer.note,)
    elif answer.members is not None:
        yield from _proposed(answer)
    elif answer.contexts is not None:
        yield f"Contexts: {len(answer.contexts)}."
        for each in answer.contexts:
            yield f"- {each.context} v{each.version} {each.type}{labelled(each.labels)} ({each.updated_at})"
    elif answer.versions is not None:
        yield f"History of {answer.context}, the newest first."
        for version in answer.versions:
            gone = ", deleted" if version.deleted else ""
            yield f"- v{version.version} {version.type} {version.updated_at} by {version.updated_by}{gone}"
            yield from (f"  - {change}" for change in version.changes)
            if version.cut:
                yield "  - and more"
    else:
        yield from _whole(answer)
    if answer.next_cursor is not None:
        yield f"More: cursor {answer.next_cursor}"


def _whole(answer: GetContextAnswer) -> Iterator[str]:
    if answer.mode is not None:
        yield f"{answer.uri}: {answer.mode}, {answer.digest}"
    else:
        yield f"{answer.context} v{answer.version}, {answer.type}{labelled(answer.labels or {})}"
        yield f"{answer.updated_at} by {answer.updated_by}, {answer.digest}"
    if answer.deleted:
        yield "It is deleted."
    if answer.body is not None:
        yield body_line(answer.body)
    if answer.note is not None:
        yield answer.note


def _proposed(answer: GetContextAnswer) -> Iterator[str]:
    yield f"{answer.note or ''}."
    yield body_line(answer.body)
    for member in answer.members or ():
        yield f"- {member.name}: {member.value} ({'; '.join(member.evidence)})"
    for question in answer.questions or ():
        choices = f" ({' or '.join(question.choices)}?)" if question.choices else ""
        yield f"- ask: {question.name}: {question.text}{choices}"


TOOL = Tool(
    name="get_context",
    scope="contexts:read",
    title="Read contexts",
    description="Call this to read or list stored contexts (a team's conventions) or schemas.",
    input=lambda: GetContextInput,
    output=lambda: GetContextAnswer,
    call=_call,
    render=_render,
    # The document is its own schema's.
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    prose={
        "context": "namespace/name, context-schema://type, backwright://project (detected); no name: a list.",
        "history": "What each version changed.",
        "type": "project: of a list; project/v3: as that.",
    },
    served=lambda app: app.settings.offers_contexts,
)
