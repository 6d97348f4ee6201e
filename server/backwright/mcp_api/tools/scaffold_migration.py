"""`scaffold_migration`: one change of a table in use to the plan of its Alembic revisions. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._declares import declares, has_file
from backwright.mcp_api._own_templates import hidden_without, offering
from backwright.mcp_api._plan_answer import PlanAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.mcp_api._change_input import ScaffoldMigrationInput


def _describe(app: App) -> str:
    return offering(app, "migration", "Call this to plan Alembic revisions that change a table in use.")


def _input() -> type[ScaffoldMigrationInput]:
    from backwright.mcp_api._change_input import ScaffoldMigrationInput

    return ScaffoldMigrationInput


def _call(app: App, given: ScaffoldMigrationInput) -> PlanAnswer:
    return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))


TOOL = Tool(
    name="scaffold_migration",
    scope="scaffold:render",
    title="Scaffold a migration",
    description=_describe,
    input=_input,
    output=lambda: PlanAnswer,
    call=_call,
    render=render,
    # It answers as the other scaffolds do.
    lists_output=False,
    # It writes to the record of plans, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=hidden_without("migration"),
    prose={
        "template": "",
        "change": "add T.COL:TYPE[?][,default=V|,fill=V], drop T.COL:TYPE, rename T.COL:TYPE NEW, index T.A+B, "
        "link T.COL T.KEY, check T.COL,ge=0, choices T.COL A/B, enum NAME V",
        "phase": "",
    },
    served=lambda app: has_file(app.settings.root, "alembic.ini") or declares(app.settings.root, "alembic"),
)
