"""`apply_scaffold`: the plan that the user agreed to, by its digest, to the files; or a scaffold taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mcp_types import ToolAnnotations

from backwright.errors import BackwrightError, InvalidInputError
from backwright.mcp_api._caller import holder
from backwright.mcp_api._plan_answer import AppliedAnswer, applied_answer, proved_answer, render_applied, undone_answer
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class ApplyScaffoldInput(Closed):
    """Which plan to write, or which scaffold to take back."""

    digest: str | None = None
    undo: str | None = None
    verify: Literal["fast", "full"] | None = None


def _call(app: App, given: ApplyScaffoldInput) -> AppliedAnswer:
    if (given.digest is None) == (given.undo is None):
        raise InvalidInputError("give a digest or undo, one of them", hint="the digest is the one that the plan has")
    if given.undo is not None:
        if given.verify is not None:
            raise InvalidInputError("verify is of what was written, and undo takes back", hint="leave verify out")
        return undone_answer(app.scaffolding.undo(given.undo))
    # Whatever is verified was planned by us, for this user and this project, and is written now; see `verifier`.
    plan, applied = app.scaffolding.apply_proposed(given.digest or "", holder())
    done = applied_answer(plan, applied)
    if given.verify is None:
        return done
    from backwright.verifying.verifier import Verifying

    try:
        return proved_answer(done, Verifying(app).verify(plan.resource, given.verify))
    except BackwrightError as error:
        # It is written all the same, and that has to be said.
        return done.model_copy(update={"notes": (*done.notes, f"not verified: {error.message}; {error.hint}")})


TOOL = Tool(
    name="apply_scaffold",
    scope="scaffold:render",
    title="Apply a scaffold",
    description="Call this when the user agreed to a scaffold's plan: it writes that, or nothing.",
    input=lambda: ApplyScaffoldInput,
    output=lambda: AppliedAnswer,
    call=_call,
    render=render_applied,
    lists_output=False,
    # A second apply changes nothing, and an edited file is never overwritten.
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    ),
    prose={
        "digest": "",
        "undo": "Instead: a resource to take back; edits stay.",
        "verify": "full runs the project's code: only if the user asked.",
    },
    served=lambda app: app.settings.root is not None,
)
