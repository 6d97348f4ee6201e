"""`echo`: the least that a tool can do, so that what is measured is what leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App


class EchoInput(Closed):
    """A text."""

    text: str


class EchoAnswer(Closed):
    """The same text, as the SDK's own server wraps it."""

    result: str


def _call(_: App, given: EchoInput) -> EchoAnswer:
    return EchoAnswer(result=given.text)


TOOL = Tool(
    name="echo",
    scope="skills:read",
    title="Echo",
    description="Return the text.",
    input=lambda: EchoInput,
    output=lambda: EchoAnswer,
    call=_call,
    render=lambda answer: answer.result,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    blocking=False,
)
