"""`use_skill`: a task in, the instructions of the skill that fits out, or the reason why none does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.errors import InvalidInputError
from backwright.mcp_api._caller import holder
from backwright.mcp_api._catalogue import LIMIT, catalogue
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.routing.briefing import Briefing

_HEAD = (
    "Call this before you write, change or review Python backend code. Give the task; get the instructions of the "
    "skill that fits, its files and its checklist, or learn that none fits. Skills:"
)
_ROOM = 220


class UseSkillInput(Closed):
    """What to find a skill for."""

    request: str = Field(max_length=8_000, description="The task as the user put it, in any language.")
    name: str | None = Field(
        default=None, min_length=1, max_length=200, description="A skill to use in any case, or name@range."
    )
    version: str | None = Field(default=None, min_length=1, max_length=100, description="Its version or range: ^1.2")
    paths: tuple[str, ...] = Field(default=(), max_length=200, description="Files that the task is about.")
    keywords: tuple[str, ...] = Field(default=(), max_length=50, description="English technical words that it implies.")
    context: tuple[str, ...] = Field(default=(), max_length=50, description="The project's libraries.")
    session: str | None = Field(
        default=None, max_length=100, description="As use_skill gave it; an empty request lists what was loaded."
    )


def _output() -> type[Briefing]:
    from backwright.routing.briefing import Briefing

    return Briefing


def _call(app: App, given: UseSkillInput) -> Briefing:
    if not given.request:
        if given.session is None:
            raise InvalidInputError(
                "request: it is empty", hint="give the task; only a session can be asked for without"
            )
        if given.name is None:
            return app.recall.restored(given.session, app.catalog, holder())
    briefing = app.use_skill(
        given.request,
        name=given.name,
        version=given.version,
        paths=given.paths,
        keywords=given.keywords,
        context=given.context,
    )
    return app.recall.noted(briefing, app.catalog, given.session, holder())


def _describe(app: App) -> str:
    # What stands here is read as if this server had said it, so another party's description does not.
    # Where the tools for contexts are listed as well, the descriptions leave them some room.
    limit = LIMIT - _ROOM if app.settings.offers_contexts else LIMIT
    return catalogue(_HEAD, ((skill.name, skill.description) for skill in app.shown), limit)


TOOL = Tool(
    name="use_skill",
    scope="skills:read",
    title="Use a skill",
    description=_describe,
    input=lambda: UseSkillInput,
    output=_output,
    call=_call,
    render=lambda briefing: briefing.text(),
    # It is text to follow, and the names in it explain themselves where they are read.
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    # Claude Code defers tools that it does not expect to need; this one has to be seen to be called.
    meta={"anthropic/alwaysLoad": True},
    # The store that several processes share is waited for; memory and the thread that writes to a folder are not.
    blocking=lambda app: app.settings.shares_records,
)
