from __future__ import annotations

import pytest
from mcp import MCPError
from mcp_types import INVALID_PARAMS, TextContent

from backwright.app import App
from tests.mcp_api._connect import connected


async def test_a_prompt_says_what_its_skill_is_for_and_what_it_takes(app: App) -> None:
    async with connected(app) as client:
        alpha, _ = (await client.list_prompts()).prompts
    assert (alpha.name, alpha.title) == ("alpha", "Alpha")
    assert alpha.description == "Alpha work, such as 'gather': use it for asyncio tasks."
    assert alpha.arguments is not None
    assert [(argument.name, argument.required) for argument in alpha.arguments] == [("task", True), ("version", None)]


@pytest.mark.parametrize(("version", "expected"), [(None, "# Alpha\n"), ("1.0.0", "as it was"), ("<1.1", "as it was")])
async def test_the_message_holds_the_task_and_the_skill_at_its_version(
    app: App, version: str | None, expected: str
) -> None:
    arguments = {"task": "Mend the gather."} | ({} if version is None else {"version": version})
    async with connected(app) as client:
        answer = await client.get_prompt("alpha", arguments)
    (message,) = answer.messages
    assert message.role == "user"
    assert isinstance(message.content, TextContent)
    assert "Mend the gather." in message.content.text
    assert expected in message.content.text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("gamma", {"task": "x"}, "No such prompt. There are: alpha, beta."),
        ("alpha", {}, "Missing argument: task."),
        ("alpha", {"task": ""}, "Missing argument: task."),
        ("alpha", {"task": "x", "tsak": "y"}, "1 unknown argument(s). A prompt takes: task, version."),
        ("alpha", {"task": "x", "version": "9"}, "no version of alpha lies in 9. Its versions: 1.1.0, 1.0.0."),
        ("alpha", {"task": "x", "version": "new"}, None),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_wrong_prompt_or_argument_is_an_invalid_parameter(
    app: App, name: str, arguments: dict[str, str], said: str | None, mode: str
) -> None:
    async with connected(app, mode) as client:
        with pytest.raises(MCPError) as refused:
            await client.get_prompt(name, arguments)
    assert refused.value.code == INVALID_PARAMS
    assert said is None or refused.value.message == said
