"""`scaffold_job`: a background task in a line to the plan of its files. It writes nothing."""

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
    from backwright.mcp_api._change_input import ScaffoldJobInput


def _describe(app: App) -> str:
    return offering(app, "job", "Call this to plan a background job with retries, a dead letter and tests.")


def _input() -> type[ScaffoldJobInput]:
    from backwright.mcp_api._change_input import ScaffoldJobInput

    return ScaffoldJobInput


def _call(app: App, given: ScaffoldJobInput) -> PlanAnswer:
    return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))


TOOL = Tool(
    name="scaffold_job",
    scope="scaffold:render",
    title="Scaffold a job",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # It answers as the other scaffolds do.
    lists_output=False,
    # It writes to the record of plans, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=hidden_without("job"),
    prose={
        "template": "",
        "job": "send-invoice invoice_id:uuid note:str?; NAME:TYPE,key where only some say which job it is",
        "more": "queue, retries, time_limit, retry_on [httpx.ReadTimeout], drop_on, schedule=0 3 * * *, library",
    },
    served=lambda app: declares(app.settings.root, "celery", "dramatiq", "rq", "arq"),
)
