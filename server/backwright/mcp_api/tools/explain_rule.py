"""`explain_rule`: the page of a review rule, with violating, clean and corrected code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class ExplainRuleInput(Closed):
    """Which rule."""

    rule: str = Field(min_length=1, max_length=20, description="A finding's code: BW104, B006.")


class RulePage(Closed):
    """The page of a rule."""

    rule: str
    page: str = Field(description="Markdown.")


def _call(app: App, given: ExplainRuleInput) -> RulePage:
    code = given.rule.strip().upper()
    return RulePage(rule=code, page=app.explain(code))


TOOL = Tool(
    name="explain_rule",
    scope="skills:read",
    title="Explain a rule",
    description="Call this when a finding is not clear: why the rule exists, and correct code.",
    input=lambda: ExplainRuleInput,
    output=lambda: RulePage,
    call=_call,
    render=lambda page: page.page,
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
)
