"""`scaffold_endpoint`: a resource and its typed fields to a plan of files; `apply_scaffold` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._own_templates import hidden_without, offering
from backwright.mcp_api._plan_answer import PlanAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.mcp_api._plan_input import ScaffoldEndpointInput


def _describe(app: App) -> str:
    what = (
        "Call this to add a REST resource (FastAPI, Flask, Django) instead of writing its files: routes to model, "
        "migration and tests. It only plans:"
    )
    if app.settings.root is None:
        return f"{what} read the new project's files in the plan's diff."
    return offering(app, "endpoint", f"{what} show the plan to the user, then call apply_scaffold.")


def _input() -> type[ScaffoldEndpointInput]:
    from backwright.mcp_api._plan_input import ScaffoldEndpointInput

    return ScaffoldEndpointInput


def _call(app: App, given: ScaffoldEndpointInput) -> PlanAnswer:
    return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))


TOOL = Tool(
    name="scaffold_endpoint",
    scope="scaffold:render",
    title="Scaffold an endpoint",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # A plan is read as it is written, and the rest of the answer says so itself.
    lists_output=False,
    # It writes to the record of plans, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=hidden_without("endpoint"),
    prose={
        "template": "",
        "resource": "One, in snake_case: purchase_order.",
        "plural": "Where it is irregular: people.",
        "fields": "NAME:TYPE[?][,unique][,index][,min=N][,max=N][,ge=N][,le=N][,choices=A/B]. TYPE: str, text (long), "
        "int, float, decimal, bool, datetime, date, uuid, enum; ? is nullable. id, created_at, updated_at are there.",
        "operations": "Default: all.",
        "description": "",
        "more": "relations [customer:Customer], filters, actions [cancel:status=void when status=draft], "
        "auth {read, write}, idempotency, pagination=offset, version, persistence=none.",
    },
)
