"""What the scaffolds share: each turns its arguments into a context, and answers with the plan of files for it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._own_templates import hidden_without, offering
from backwright.mcp_api._plan_answer import PlanAnswer, answer, render
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.schema import ContextModel


class ScaffoldInput(Closed):
    """What is asked of a scaffold, written short."""

    template: str | None = None
    """The name of one of the project's own."""

    @abstractmethod
    def context(self) -> ContextModel:
        """What is asked for, written out.

        Raises:
            InvalidInputError: a part has another form, or they do not fit together.
        """


Asked = TypeVar("Asked", bound=ScaffoldInput)


def scaffold_tool(
    kind: str,
    *,
    title: str,
    description: Callable[[App], str],
    input: Callable[[], type[Asked]],  # noqa: A002  it is called so in a `Tool`
    prose: Mapping[str, str],
    served: Callable[[App], bool] = lambda _: True,
) -> Tool[Asked, PlanAnswer]:
    """The tool `scaffold_KIND`, which plans and writes nothing of the user's.

    Args:
        kind: of the templates that it renders.
        title: as `Tool` has it.
        description: as `Tool` has it; the project's own templates are added.
        input: as `Tool` has it.
        prose: as `Tool` has it.
        served: as `Tool` has it.
    """

    def call(app: App, given: Asked) -> PlanAnswer:
        return answer(app.scaffolding.propose(given.context(), template=given.template, holder=holder()))

    return Tool(
        name=f"scaffold_{kind}",
        scope="scaffold:render",
        title=title,
        description=lambda app: offering(app, kind, description(app)),
        input=input,
        output=lambda: PlanAnswer,
        call=call,
        render=render,
        # A plan is read as it is written, and the rest of the answer says so itself.
        lists_output=False,
        # It writes to the record of plans.
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        hidden=hidden_without(kind),
        prose={"template": "", **prose},
        served=served,
    )
