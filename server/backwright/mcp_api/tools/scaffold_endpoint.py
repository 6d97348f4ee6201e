"""`scaffold_endpoint`: a resource and its typed fields to a plan of files; `apply_scaffold` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backwright.mcp_api._scaffold_tool import scaffold_tool

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
    return f"{what} show the plan to the user, then call apply_scaffold."


def _input() -> type[ScaffoldEndpointInput]:
    from backwright.mcp_api._plan_input import ScaffoldEndpointInput

    return ScaffoldEndpointInput


TOOL = scaffold_tool(
    "endpoint",
    title="Scaffold an endpoint",
    description=_describe,
    input=_input,
    prose={
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
