"""`apply_scaffold`: the plan that the user agreed to, by its digest, to the files; or a scaffold taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.errors import InvalidInputError
from backwright.mcp_api._plan_answer import AppliedAnswer, applied_answer, render_applied, undone_answer
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class ApplyScaffoldInput(Closed):
    """Which plan to write, or which scaffold to take back."""

    digest: str | None = None
    undo: str | None = None


def _call(app: App, given: ApplyScaffoldInput) -> AppliedAnswer:
    if (given.digest is None) == (given.undo is None):
        raise InvalidInputError("give a digest or undo, one of them", hint="the digest is the one that the plan has")
    if given.undo is not None:
        return undone_answer(app.scaffolding.undo(given.undo))
    return applied_answer(*app.scaffolding.apply_proposed(given.digest or ""))


TOOL = Tool(
    name="apply_scaffold",
    title="Apply a scaffold",
    description="Call this when the user agreed to a plan of scaffold_endpoint: it writes that very plan, or nothing.",
    input=lambda: ApplyScaffoldInput,
    output=lambda: AppliedAnswer,
    call=_call,
    render=render_applied,
    # A second apply changes nothing, and an edited file is never overwritten.
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    prose={"digest": "", "undo": "Instead: the resource whose scaffold to take back; edited files stay."},
    served=lambda app: app.settings.root is not None,
)
