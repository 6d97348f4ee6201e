"""`scaffold_endpoint`: a resource and its typed fields to a plan of files; with `apply`, to the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.errors import InvalidInputError
from backwright.mcp_api._plan_answer import PlanAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.mcp_api._plan_input import ScaffoldEndpointInput


def _describe(app: App) -> str:
    what = (
        "Call this to add a REST resource to a FastAPI project instead of writing its files: router, schemas, service, "
        "repository, model, migration and tests (async SQLAlchemy)."
    )
    if app.settings.root is None:
        return f"{what} Returns the plan for a new project; nothing is written."
    return f"{what} The first call only plans: show the plan, then repeat it with apply=true and expect."


def _hidden(app: App) -> frozenset[str]:
    return frozenset() if app.settings.root is not None else frozenset({"apply", "expect"})


def _input() -> type[ScaffoldEndpointInput]:
    from backwright.mcp_api._plan_input import ScaffoldEndpointInput

    return ScaffoldEndpointInput


def _call(app: App, given: ScaffoldEndpointInput) -> PlanAnswer:
    if not given.apply:
        return answer(app.scaffolding.plan(given.context()), applied=False, show=given.show)
    if given.expect is None:
        raise InvalidInputError(
            "apply needs expect", hint="plan first (without apply), then pass the plan's digest as expect"
        )
    plan, _ = app.scaffolding.apply(given.context(), expect=given.expect)
    return answer(plan, applied=True, show=None)


TOOL = Tool(
    name="scaffold_endpoint",
    title="Scaffold an endpoint",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # A second apply changes nothing, and an edited file is never overwritten.
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    hidden=_hidden,
    prose={
        "resource": "One, in snake_case: purchase_order.",
        "plural": "Where it is irregular: people.",
        "fields": "id, created_at and updated_at are there already. text is long; datetime has a zone; required=false "
        "is nullable; lengths are for str and text, ge and le for numbers, choices for enum.",
        "operations": "Default: all.",
        "description": "One line for the API's documentation.",
        "apply": "Write the plan, all or nothing; needs expect.",
        "expect": "The digest of the plan that was shown.",
        "show": "The one planned file whose whole diff to show.",
    },
)
