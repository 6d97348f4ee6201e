"""`scaffold_test`: an operation that is there to the plan of its tests. It writes nothing."""

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
    from backwright.mcp_api._change_input import ScaffoldTestInput


def _describe(app: App) -> str:
    return offering(app, "test", "Call this to plan tests of an endpoint that is there.")


def _input() -> type[ScaffoldTestInput]:
    from backwright.mcp_api._change_input import ScaffoldTestInput

    return ScaffoldTestInput


def _call(app: App, given: ScaffoldTestInput) -> PlanAnswer:
    return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))


TOOL = Tool(
    name="scaffold_test",
    scope="scaffold:render",
    title="Scaffold tests",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # It answers as the other scaffolds do.
    lists_output=False,
    # It writes to the record of plans, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=hidden_without("test"),
    prose={"template": "", "operation": "POST /v1/orders", "signed_in": "A client fixture.", "client": ""},
    served=lambda app: declares(app.settings.root, "fastapi"),
)
