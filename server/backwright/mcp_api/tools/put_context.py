"""`put_context`: a document to the store, under a condition; or a context marked as gone.

A JSON Schema of one's own is registered at its own address, or only checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.errors import InvalidInputError
from backwright.mcp_api._caller import caller
from backwright.mcp_api._context_answer import address_of, kind, type_of
from backwright.mcp_api._schema_answer import SCHEME, SchemaChange, change_lines, schema_address, schema_changes
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.identity.scopes import Scope


class PutContextInput(Closed):
    """What to write where, and when to."""

    context: str = Field(max_length=200)
    type: str | None = Field(default=None, max_length=80)
    body: dict[str, Any] | None = None
    labels: dict[str, str] | None = None
    if_version: int | None = Field(default=None, le=2**31 - 1)
    idempotency_key: str | None = Field(default=None, max_length=300)
    delete: bool = False
    mode: Literal["NONE", "BACKWARD", "FORWARD", "FULL"] | None = None
    check: bool = False


class PutContextAnswer(Closed):
    """What the write came to.

    Args:
        context: its address.
        uri: the address of the version that holds now.
        version: the one to write with next, as `if_version`.
        type: of its schema, with the version: `project/v3`.
        digest: of the document.
        changed: False where the same document was there already.
        replayed: whether this is the answer to an earlier call with the same key.
        deleted: whether it is gone.
        registered: of a schema: whether it is registered now.
        mode: what its type promises from that version on.
        against: the version that it was compared with; 0 where there is none.
        changes: what breaks the promise of that version.
    """

    context: str
    uri: str
    version: int
    type: str
    digest: str
    changed: bool
    replayed: bool | None = None
    deleted: bool | None = None
    registered: bool | None = None
    mode: str | None = None
    against: int | None = None
    changes: tuple[SchemaChange, ...] | None = None


def _call(app: App, given: PutContextInput) -> PutContextAnswer:
    from backwright.contexts.context import Condition

    if given.context.startswith(SCHEME):
        return _schema(app, given)
    if given.check or given.mode is not None:
        lone = "check" if given.check else "mode"
        raise InvalidInputError(f"{lone}: it is of schemas", hint=f"leave it out, or give context as {SCHEME}TYPE")
    address, version = address_of(given.context)
    if version is not None:
        raise InvalidInputError("context: a version never changes", hint="leave /v/N out, and give if_version")
    condition = Condition(given.if_version, given.idempotency_key)
    if given.delete:
        if given.type is not None or given.body is not None or given.labels is not None:
            raise InvalidInputError("delete: it takes no document", hint="leave type, body and labels out")
        written = app.contexts.delete(caller(), address, condition=condition)
    else:
        if given.type is None or given.body is None:
            lacking = "type" if given.type is None else "body"
            raise InvalidInputError(f"{lacking}: it is missing", hint="give the type of its schema and the document")
        name, number = type_of(given.type)
        written = app.contexts.put(
            caller(),
            address,
            given.body,
            type=name,
            type_version=number,
            labels=given.labels,
            condition=condition,
        )
    context = written.context
    return PutContextAnswer(
        context=f"{address.namespace}/{address.name}",
        uri=context.uri,
        version=context.version,
        type=kind(context),
        digest=context.digest,
        changed=written.changed,
        replayed=written.replayed or None,
        deleted=context.deleted or None,
    )


def _schema(app: App, given: PutContextInput) -> PutContextAnswer:
    kind_, version = schema_address(given.context)
    if kind_ is None:
        raise InvalidInputError("context: it names no type", hint=f"give {SCHEME}TYPE: {SCHEME}deployment")
    if given.body is None:
        raise InvalidInputError("body: it is missing", hint="give the JSON Schema; a registered one is never deleted")
    conditions = (given.type, given.labels, given.if_version, given.idempotency_key)
    if given.delete or any(each is not None for each in conditions):
        raise InvalidInputError(
            "a schema has no type, labels, condition or end", hint="give body, mode and check; a version never changes"
        )
    work = app.contexts.check_schema if given.check else app.contexts.register_schema
    found = work(caller(), kind_, given.body, mode=given.mode, version=version)
    return PutContextAnswer(
        context=f"{SCHEME}{found.type}",
        uri=found.uri,
        version=found.version,
        type=f"{found.type}/v{found.version}",
        digest=found.digest,
        changed=found.changed,
        registered=not given.check or not found.changed,
        mode=found.mode,
        against=found.against,
        changes=schema_changes(found),
    )


def _render(answer: PutContextAnswer) -> str:
    if answer.registered is not None:
        return _rendered_schema(answer)
    what = "deleted" if answer.deleted else "written" if answer.changed else "unchanged"
    again = " (the answer to the same call before)" if answer.replayed else ""
    return f"{answer.context} is {what}: v{answer.version}, {answer.type}, {answer.digest}{again}"


def _rendered_schema(answer: PutContextAnswer) -> str:
    changes = answer.changes or ()
    state = "registered" if answer.registered else "incompatible" if changes else "compatible"
    compared = f", against v{answer.against}" if answer.against else ""
    same = "" if answer.changed else ", the latest version once more"
    return "\n".join([f"{answer.uri}: {state}, {answer.mode}{compared}{same}, {answer.digest}", *change_lines(changes)])


def _scopes(given: Mapping[str, object]) -> tuple[Scope, ...]:
    """A schema binds every namespace; what only checks one says so in the one way that cannot be read as another."""
    of_schema = str(given.get("context")).startswith(SCHEME)
    return ("contexts:admin",) if of_schema and given.get("check") is not True else ()


TOOL = Tool(
    name="put_context",
    scope="contexts:write",
    title="Write a context",
    description="Call this to store or delete a context that others work by, or to register or check its JSON Schema.",
    input=lambda: PutContextInput,
    output=lambda: PutContextAnswer,
    call=_call,
    render=_render,
    lists_output=False,
    # It may replace what others work by, which is the default of the hint.
    annotations=ToolAnnotations(read_only_hint=False, open_world_hint=False),
    prose={
        "context": "As get_context takes it.",
        "type": "project",
        "if_version": "As you read it; 0: create.",
    },
    served=lambda app: app.settings.offers_contexts,
    scopes=_scopes,
)
