"""`scaffold_migration`: one change of a table in use to the plan of its Alembic revisions. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backwright.mcp_api._declares import declares, has_file
from backwright.mcp_api._scaffold_tool import scaffold_tool

if TYPE_CHECKING:
    from backwright.mcp_api._change_input import ScaffoldMigrationInput


def _input() -> type[ScaffoldMigrationInput]:
    from backwright.mcp_api._change_input import ScaffoldMigrationInput

    return ScaffoldMigrationInput


TOOL = scaffold_tool(
    "migration",
    title="Scaffold a migration",
    description=lambda _: "Call this to plan Alembic revisions that change a table in use.",
    input=_input,
    prose={
        "change": "add T.COL:TYPE[?][,default=V|,fill=V], drop T.COL:TYPE, rename T.COL:TYPE NEW, index T.A+B, "
        "link T.COL T.KEY, check T.COL,ge=0, choices T.COL A/B, enum NAME V",
        "phase": "",
    },
    served=lambda app: has_file(app.settings.root, "alembic.ini") or declares(app.settings.root, "alembic"),
)
