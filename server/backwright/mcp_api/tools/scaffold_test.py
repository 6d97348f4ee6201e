"""`scaffold_test`: an operation that is there to the plan of its tests. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backwright.mcp_api._declares import declares
from backwright.mcp_api._scaffold_tool import scaffold_tool

if TYPE_CHECKING:
    from backwright.mcp_api._change_input import ScaffoldTestInput


def _input() -> type[ScaffoldTestInput]:
    from backwright.mcp_api._change_input import ScaffoldTestInput

    return ScaffoldTestInput


TOOL = scaffold_tool(
    "test",
    title="Scaffold tests",
    description=lambda _: "Call this to plan tests of an endpoint that is there.",
    input=_input,
    prose={"operation": "POST /v1/orders", "signed_in": "A client fixture.", "client": ""},
    served=lambda app: declares(app.settings.root, "fastapi"),
)
