"""`context_schema`: what registering a JSON Schema of one's own would come to, and registering it.

Listed where there is no project, that is over HTTP: beside one there is a shell with `backwright contexts schema`, and
a model pays for each tool on each turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import ConfigDict, Field

from backwright.mcp_api._caller import caller
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class ContextSchemaInput(Closed):
    """A schema, and what its type promises from then on."""

    model_config = ConfigDict(serialize_by_alias=True)

    type: str = Field(max_length=80)
    json_schema: dict[str, Any]
    mode: Literal["NONE", "BACKWARD", "FORWARD", "FULL"] | None = None
    register_it: bool = Field(default=False, alias="register")


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


class ContextSchemaAnswer(Closed):
    """What it came to, or would.

    Args:
        uri: the address of the schema.
        version: its version, or the one that it would be.
        digest: of the schema.
        mode: what the type promises from that version on.
        against: the version that it was compared with; 0 where there is none.
        registered: whether it is registered now.
        changed: False where it is the latest version once more.
        compatible: whether it keeps the promise.
        changes: what breaks it.
    """

    uri: str
    version: int
    digest: str
    mode: str
    against: int
    registered: bool
    changed: bool
    compatible: bool
    changes: tuple[SchemaChange, ...] = ()


def _call(app: App, given: ContextSchemaInput) -> ContextSchemaAnswer:
    if given.register_it:
        found = app.contexts.register_schema(caller(), given.type, given.json_schema, mode=given.mode)
    else:
        found = app.contexts.check_schema(given.type, given.json_schema, mode=given.mode)
    return ContextSchemaAnswer(
        uri=found.uri,
        version=found.version,
        digest=found.digest,
        mode=found.mode,
        against=found.against,
        registered=given.register_it or not found.changed,
        changed=found.changed,
        compatible=not found.changes,
        changes=tuple(SchemaChange(pointer=one.pointer, breaks=one.breaks, reason=one.reason) for one in found.changes),
    )


def _render(answer: ContextSchemaAnswer) -> str:
    state = "registered" if answer.registered else "compatible" if answer.compatible else "incompatible"
    lines = [f"- {change.pointer or '/'}: breaks {change.breaks}: {change.reason}" for change in answer.changes]
    compared = f", against v{answer.against}" if answer.against else ""
    same = "" if answer.changed else ", the latest version once more"
    return "\n".join([f"{answer.uri}: {state}, {answer.mode}{compared}{same}, {answer.digest}", *lines])


TOOL = Tool(
    name="context_schema",
    title="Check or register a schema",
    description="Call this to check what a JSON Schema for a type of contexts would break, or to register it.",
    input=lambda: ContextSchemaInput,
    output=lambda: ContextSchemaAnswer,
    call=_call,
    render=_render,
    lists_output=False,
    # The same schema once more changes nothing, and a version never changes.
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    prose={"register": "Without it nothing is written."},
    served=lambda app: app.settings.offers_contexts and app.settings.root is None,
)
