"""`scaffold_service`: a new service in a few words to the plan of all its files. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._declares import declares
from backwright.mcp_api._own_templates import hidden_without, offering
from backwright.mcp_api._plan_answer import PlanAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.mcp_api._service_input import ScaffoldServiceInput


def _describe(app: App) -> str:
    return offering(
        app,
        "service",
        "Call this to start a FastAPI service with the parts below, health, logs and tests. It only plans, as "
        "scaffold_endpoint does.",
    )


def _input() -> type[ScaffoldServiceInput]:
    from backwright.mcp_api._service_input import ScaffoldServiceInput

    return ScaffoldServiceInput


def _call(app: App, given: ScaffoldServiceInput) -> PlanAnswer:
    return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))


TOOL = Tool(
    name="scaffold_service",
    scope="scaffold:render",
    title="Scaffold a service",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # It answers as the other scaffolds do.
    lists_output=False,
    # It writes to the record of plans, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=hidden_without("service"),
    prose={
        "template": "",
        "name": "order-desk",
        "package": "",
        "description": "",
        "without": "Parts to leave out.",
        "ci": "",
    },
    # Where there is a service, another is started in a folder of its own.
    served=lambda app: not declares(app.settings.root, "fastapi", "flask", "django"),
)
