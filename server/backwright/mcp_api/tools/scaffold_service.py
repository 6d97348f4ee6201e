"""`scaffold_service`: a new service in a few words to the plan of all its files. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backwright.mcp_api._declares import declares
from backwright.mcp_api._scaffold_tool import scaffold_tool

if TYPE_CHECKING:
    from backwright.mcp_api._service_input import ScaffoldServiceInput


def _input() -> type[ScaffoldServiceInput]:
    from backwright.mcp_api._service_input import ScaffoldServiceInput

    return ScaffoldServiceInput


TOOL = scaffold_tool(
    "service",
    title="Scaffold a service",
    description=lambda _: (
        "Call this to start a FastAPI service with the parts below, health, logs and tests. It only plans, as "
        "scaffold_endpoint does."
    ),
    input=_input,
    prose={"name": "order-desk", "package": "", "description": "", "without": "Parts to leave out.", "ci": ""},
    # Where there is a service, another is started in a folder of its own.
    served=lambda app: not declares(app.settings.root, "fastapi", "flask", "django"),
)
