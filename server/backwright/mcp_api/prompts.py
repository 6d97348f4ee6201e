"""One prompt for each skill: what a user picks by hand when a model should work by that skill."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
)

from backwright.catalog.version import parse_request
from backwright.mcp_api._cursors import Pager
from backwright.mcp_api._errors import Context
from backwright.mcp_api._project_brief import project_brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from backwright.app import App

TASK: Final = "task"
VERSION: Final = "version"

_ARGUMENTS: Final = (
    PromptArgument(name=TASK, description="What to do, in your own words.", required=True),
    PromptArgument(name=VERSION, description="The skill's version or a range such as ^1.2; the head without it."),
)
_PAGE: Final = 50
# The values are data: nothing in a task or a project is read as a template.
_TEMPLATE: Final = """\
Work by the skill {{ skill }}.

The task: {{ task }}

{% if project.facts -%}
The project:
{% for fact in project.facts -%}
- {{ fact }}.
{% endfor %}
{% endif -%}
{% if project.assumed -%}
Assumed; say so in your answer where it matters, and correct it where the repository shows otherwise:
{% for sentence in project.assumed -%}
- {{ sentence }}.
{% endfor %}
{% endif -%}
{{ briefing }}
"""


class Prompts:
    """The prompts of the app's current catalog."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def list_prompts(self, _: Context, params: PaginatedRequestParams | None) -> ListPromptsResult:
        """One prompt for each shown skill, by name."""
        snapshot = self._app.snapshot
        pager = Pager("prompts/list", snapshot.catalog.digest, _PAGE)
        page = pager.page(snapshot.shown, params.cursor if params else None)
        prompts = [
            Prompt(
                name=skill.name,
                title=_title(skill.name),
                description=skill.description,
                arguments=list(_ARGUMENTS),
            )
            for skill in page.items
        ]
        return ListPromptsResult(prompts=prompts, next_cursor=page.next_cursor)

    async def get_prompt(self, _: Context, params: GetPromptRequestParams) -> GetPromptResult:
        """The skill's instructions and the task, as a message of the user. The name may be `name@range`."""
        name = parse_request(params.name)[0]
        skill = next((skill for skill in self._app.snapshot.shown if skill.name == name), None)
        if skill is None:
            known = ", ".join(skill.name for skill in self._app.snapshot.shown)
            raise MCPError(INVALID_PARAMS, f"No such prompt. There are: {known}.")
        given = _checked(params.arguments or {})
        text = rendered_prompt(self._app, params.name, given)
        message = PromptMessage(role="user", content=TextContent(text=text))
        return GetPromptResult(description=skill.description, messages=[message])


def rendered_prompt(app: App, name: str, given: Mapping[str, str]) -> str:
    """The text of a skill's prompt: the task, the project, what is assumed of it, and the skill.

    Args:
        app: what serves.
        name: the skill, as `name` or `name@range`.
        given: the arguments; `task` is there.

    Raises:
        InvalidInputError, SkillNotFoundError, VersionNotFoundError, InvalidVersionError: as `App.use_skill`.
        InvalidContextError: the project's `backwright.yaml` does not validate.
    """
    briefing = app.use_skill(given[TASK], name=name, version=given.get(VERSION))
    skill = app.choose(f"{name}@{given[VERSION]}" if VERSION in given else name).skill
    values = {"skill": skill.name, "task": given[TASK], "project": project_brief(app, skill)}
    return _template().render({**values, "briefing": briefing.text()}).strip()


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=False)  # noqa: S701  Markdown for a model; an escaped quote would be read as one
    return environment.from_string(_TEMPLATE)


def _checked(arguments: dict[str, str]) -> dict[str, str]:
    known = {argument.name for argument in _ARGUMENTS}
    unknown = len(arguments.keys() - known)
    if unknown:
        raise MCPError(INVALID_PARAMS, f"{unknown} unknown argument(s). A prompt takes: {', '.join(sorted(known))}.")
    missing = [argument.name for argument in _ARGUMENTS if argument.required and not arguments.get(argument.name)]
    if missing:
        raise MCPError(INVALID_PARAMS, f"Missing argument: {', '.join(missing)}.")
    return {name: value for name, value in arguments.items() if value}


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
