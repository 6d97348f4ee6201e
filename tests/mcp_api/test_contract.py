"""One contract over every transport and both eras: in memory, over HTTP, and over stdio."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS, BlobResourceContents, PromptReference, ResourceTemplateReference, TextContent

from backwright._files import digest
from backwright.app import App
from tests.mcp_api._connect import COMMAND, MODES, ask, connected

Check = Callable[[Client], Awaitable[None]]

TOOLS = [
    "complete_review",
    "explain_rule",
    "read_skill_file",
    "review_diff",
    "scaffold_endpoint",
    "skill_problems",
    "use_skill",
]


async def the_tools_are_listed_in_one_order(client: Client) -> None:
    names = [tool.name for tool in (await client.list_tools()).tools]
    assert names == sorted(names)
    # Which of the others are served depends on the project, or on there being none.
    others = [name for name in names if name not in TOOLS]
    assert [name for name in names if name not in others] == TOOLS
    assert all(name == "apply_scaffold" or name.startswith("scaffold_") for name in others)


async def a_skill_is_used(client: Client) -> None:
    answer = await client.call_tool("use_skill", {"request": "anything", "name": "alpha"})
    assert not answer.is_error
    assert answer.structured_content["skill"] == "alpha"
    assert answer.structured_content["decision"] == "explicit"
    assert isinstance(answer.content[0], TextContent)
    assert "# Alpha" in answer.content[0].text


async def a_wrong_argument_is_an_answer_with_a_code_and_a_hint(client: Client) -> None:
    answer = await client.call_tool("use_skill", {"request": "anything", "nmae": "alpha"})
    assert answer.is_error
    assert answer.structured_content == {
        "code": "INVALID_INPUT",
        "message": "nmae: Extra inputs are not permitted",
        "hint": "correct the arguments of use_skill",
        "retry": False,
    }


async def an_error_of_an_engine_is_an_answer_with_its_code(client: Client) -> None:
    answer = await client.call_tool("read_skill_file", {"skill": "alpah", "path": "SKILL.md"})
    assert answer.is_error
    assert answer.structured_content["code"] == "SKILL_NOT_FOUND"
    assert "alpha" in answer.structured_content["hint"]


async def an_unknown_tool_is_an_error_of_the_protocol(client: Client) -> None:
    with pytest.raises(MCPError) as refused:
        await client.call_tool("delete_everything", {})
    assert refused.value.code == INVALID_PARAMS


async def each_skill_is_a_prompt(client: Client) -> None:
    prompts = (await client.list_prompts()).prompts
    assert [prompt.name for prompt in prompts] == ["alpha", "beta"]
    answer = await client.get_prompt("beta", {"task": "Do the thing."})
    content = answer.messages[0].content
    assert isinstance(content, TextContent)
    assert "Do the thing." in content.text
    assert "# Instructions" in content.text


async def a_prompt_refuses_wrong_arguments(client: Client) -> None:
    for name, arguments in (("nobody", {"task": "x"}), ("alpha", {}), ("alpha", {"task": "x", "other": "y"})):
        with pytest.raises(MCPError) as refused:
            await client.get_prompt(name, arguments)
        assert refused.value.code == INVALID_PARAMS


async def every_file_of_every_skill_is_read_byte_by_byte(client: Client) -> None:
    for entry in (await ask(client, "skills/list"))["skills"]:
        for file in entry["resources"]:
            content = (await client.read_resource(file["uri"])).contents[0]
            data = (
                base64.b64decode(content.blob) if isinstance(content, BlobResourceContents) else content.text.encode()
            )
            assert (digest(data), len(data)) == (file["digest"], file["size"]), file["uri"]


async def the_skills_methods_are_answered(client: Client) -> None:
    listed = await ask(client, "skills/list")
    assert [entry["uri"] for entry in listed["skills"]] == ["skill://alpha/SKILL.md", "skill://beta/SKILL.md"]
    got = await ask(client, "skills/get", {"uri": "skill://alpha/SKILL.md"})
    assert got["skill"] == listed["skills"][0]
    children = await ask(client, "resources/directory/read", {"uri": "skill://alpha/references"})
    assert [child["name"] for child in children["resources"]] == ["deep", "long.md", "more.md"]


async def an_unknown_uri_is_refused(client: Client) -> None:
    with pytest.raises(MCPError) as refused:
        await client.read_resource("skill://alpha/none.md")
    assert (refused.value.code, refused.value.message.partition(".")[0]) == (
        INVALID_PARAMS,
        "no resource is served at skill://alpha/none",
    )


async def a_version_and_a_name_are_completed(client: Client) -> None:
    of_prompt = await client.complete(PromptReference(name="alpha"), {"name": "version", "value": "1."})
    assert of_prompt.completion.values == ["1.1.0", "1.0.0"]
    template = ResourceTemplateReference(uri="skill://{name}/{+path}")
    of_template = await client.complete(template, {"name": "name", "value": "be"})
    assert of_template.completion.values == ["beta"]


CHECKS: tuple[Check, ...] = (
    the_tools_are_listed_in_one_order,
    a_skill_is_used,
    a_wrong_argument_is_an_answer_with_a_code_and_a_hint,
    an_error_of_an_engine_is_an_answer_with_its_code,
    an_unknown_tool_is_an_error_of_the_protocol,
    each_skill_is_a_prompt,
    a_prompt_refuses_wrong_arguments,
    every_file_of_every_skill_is_read_byte_by_byte,
    the_skills_methods_are_answered,
    an_unknown_uri_is_refused,
    a_version_and_a_name_are_completed,
)


def _name(check: Check) -> str:
    return getattr(check, "__name__", "check")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("check", CHECKS, ids=_name)
async def test_in_memory(app: App, check: Check, mode: str) -> None:
    async with connected(app, mode) as client:
        await check(client)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("check", CHECKS, ids=_name)
async def test_over_http(url: str, check: Check, mode: str) -> None:
    async with connected(url, mode) as client:
        await check(client)


@pytest.mark.parametrize("mode", MODES)
async def test_over_stdio_in_one_session(pack: Path, mode: str, tmp_path: Path) -> None:
    async with connected((*COMMAND, "--pack", str(pack), "--root", str(tmp_path)), mode) as client:
        for check in CHECKS:
            await check(client)


async def test_each_era_negotiates_its_own_version(app: App) -> None:
    versions = []
    for mode in MODES:
        async with connected(app, mode) as client:
            versions.append(client.protocol_version)
    assert versions == ["2026-07-28", "2025-11-25"]
