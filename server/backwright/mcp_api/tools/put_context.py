"""`put_context`: a document to the store, under a condition; or a context marked as gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.errors import InvalidInputError
from backwright.mcp_api._caller import caller
from backwright.mcp_api._context_answer import address_of, kind, type_of
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class PutContextInput(Closed):
    """What to write where, and when to."""

    context: str = Field(max_length=200)
    type: str | None = Field(default=None, max_length=80)
    body: dict[str, Any] | None = None
    labels: dict[str, str] | None = None
    if_version: int | None = Field(default=None, le=2**31 - 1)
    idempotency_key: str | None = Field(default=None, max_length=300)
    delete: bool = False


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
    """

    context: str
    uri: str
    version: int
    type: str
    digest: str
    changed: bool
    replayed: bool | None = None
    deleted: bool | None = None


def _call(app: App, given: PutContextInput) -> PutContextAnswer:
    from backwright.contexts.context import Condition

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


def _render(answer: PutContextAnswer) -> str:
    what = "deleted" if answer.deleted else "written" if answer.changed else "unchanged"
    again = " (the answer to the same call before)" if answer.replayed else ""
    return f"{answer.context} is {what}: v{answer.version}, {answer.type}, {answer.digest}{again}"


TOOL = Tool(
    name="put_context",
    title="Write a context",
    description="Call this to store a context that others work by, or to delete one.",
    input=lambda: PutContextInput,
    output=lambda: PutContextAnswer,
    call=_call,
    render=_render,
    lists_output=False,
    # It may replace what others work by, which is the default of the hint.
    annotations=ToolAnnotations(read_only_hint=False, open_world_hint=False),
    prose={"type": "Of its schema: project.", "if_version": "As you read it; 0: create."},
    served=lambda app: app.settings.offers_contexts,
)
