"""`scaffold_job`: a background task in a line to the plan of its files. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backwright.mcp_api._declares import declares
from backwright.mcp_api._scaffold_tool import scaffold_tool

if TYPE_CHECKING:
    from backwright.mcp_api._change_input import ScaffoldJobInput


def _input() -> type[ScaffoldJobInput]:
    from backwright.mcp_api._change_input import ScaffoldJobInput

    return ScaffoldJobInput


TOOL = scaffold_tool(
    "job",
    title="Scaffold a job",
    description=lambda _: "Call this to plan a background job with retries, a dead letter and tests.",
    input=_input,
    prose={
        "job": "send-invoice invoice_id:uuid note:str?; NAME:TYPE,key where only some say which job it is",
        "more": "queue, retries, time_limit, retry_on [httpx.ReadTimeout], drop_on, schedule=0 3 * * *, library",
    },
    served=lambda app: declares(app.settings.root, "celery", "dramatiq", "rq", "arq"),
)
