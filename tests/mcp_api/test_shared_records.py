"""What a second request needs of the first, when a proxy hands the two to two processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp_types import CallToolRequestParams, CallToolResult, InputRequiredResult, TextContent

from backwright.app import App
from backwright.errors import InvalidInputError
from backwright.mcp_api._errors import Context
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.mcp_api._connect import ask, connected
from tests.mcp_api.test_judging import CODE, call, diff_of, report_of

OLD, NEW = "old" * 16, "new" * 16


@pytest.fixture
def replicas(pack: Path, tmp_path: Path) -> Iterator[tuple[App, App]]:
    """Two processes of one service, as far as they can be told apart here: nothing but the store is shared."""
    settings = Settings(pack=pack, database=f"sqlite:///{tmp_path / 'contexts.db'}", contexts=True)
    apps = App(settings), App(settings)
    yield apps
    for app in apps:
        app.close()


async def test_a_session_goes_on_wherever_its_next_request_goes(replicas: tuple[App, App]) -> None:
    async with connected(replicas[0]) as first, connected(replicas[1]) as second:
        begun, _ = await call(first, "use_skill", request="Do something.", name="alpha")
        session = begun["session"]
        gone_on, _ = await call(second, "use_skill", request="Do something.", name="beta", session=session)
        assert gone_on["session"] == session
        for client in (first, second):
            restored, _ = await call(client, "use_skill", request="", session=session)
            assert [each["skill"] for each in restored["candidates"]] == ["alpha", "beta"]
            (content,) = (await client.read_resource(f"backwright://loaded/{session}")).contents
            assert '"beta"' in getattr(content, "text", "")


async def test_a_review_is_completed_read_and_compared_wherever_its_next_request_goes(
    replicas: tuple[App, App],
) -> None:
    async with connected(replicas[0]) as first, connected(replicas[1]) as second:
        made, _ = await call(first, "review_diff", diff=diff_of(CODE))
        comment = {"path": "app/x.py", "line": 11, "quote": "return price * count * 1.2", "message": "money in floats"}
        done, text = await call(second, "complete_review", review=made["review"], comments=[comment])
        assert done.get("code") is None, text
        for client in (first, second):
            assert "money in floats" in await report_of(client, made["review"])
        after, text = await call(second, "review_diff", diff=diff_of("import asyncio\n"), previous=made["review"])
        assert after.get("code") is None, text


async def test_the_whole_diff_of_a_plan_is_read_wherever_the_request_goes(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'contexts.db'}", contexts=True)
    apps = App(settings), App(settings)
    async with connected(apps[0]) as first, connected(apps[1]) as second:
        made, _ = await call(first, "scaffold_service", name="order-desk")
        (content,) = (await second.read_resource(f"plan://{made['digest'].removeprefix('sha256:')}")).contents
        assert "+++ " in getattr(content, "text", "")
    for app in apps:
        app.close()


async def test_a_store_that_is_away_costs_no_skill_and_says_what_to_do(pack: Path) -> None:
    app = App(Settings(pack=pack, database="postgresql://postgres@127.0.0.1:1/nothing", contexts=True))
    async with connected(app) as client:
        found, _ = await call(client, "use_skill", request="Do something.", name="alpha")
        assert found["body"]
        assert "could not be recorded" in found["reason"]
        made, text = await call(client, "review_diff", diff=diff_of(CODE))
        assert made["summary"]
        assert "could not be kept" in text
        refused, _ = await call(client, "complete_review", review="a" * 20, comments=[])
        assert (refused["code"], refused["retry"]) == ("UNAVAILABLE", True)
    app.close()


# What a client carries


async def rounds(ctx: Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
    """A tool as one that asks something would be; none that ships does."""
    if params.request_state is None:
        return InputRequiredResult(request_state="asked for the name")
    return CallToolResult(content=[TextContent(text=f"then: {params.request_state}")])


def asking_server(pack: Path, *keys: str) -> Any:
    server = build_server(replace_keys(pack, keys))
    server.add_request_handler("tools/call", CallToolRequestParams, rounds)
    return server


def replace_keys(pack: Path, keys: tuple[str, ...]) -> App:
    return App(replace(Settings(pack=pack), state_keys=keys))


async def carried(first: Any, second: Any, state: str | None = None) -> str:
    """What the second process reads of what the first one gave, or why it does not."""
    given: dict[str, object] = {"name": "x", "arguments": {}}
    async with connected(first) as one, connected(second) as two:
        begun = await ask(one, "tools/call", given)
        assert begun["resultType"] == "input_required"
        assert "name" not in begun["requestState"]
        try:
            done = await ask(two, "tools/call", {**given, "requestState": state or begun["requestState"]})
        except MCPError as error:
            return error.error.message
        return str(done["content"][0]["text"])


@pytest.mark.parametrize(("giver", "reader"), [((OLD,), (OLD,)), ((OLD,), (NEW, OLD)), ((NEW, OLD), (OLD, NEW))])
async def test_what_one_process_sealed_another_opens_while_keys_are_rotated(
    pack: Path, giver: tuple[str, ...], reader: tuple[str, ...]
) -> None:
    assert await carried(asking_server(pack, *giver), asking_server(pack, *reader)) == "then: asked for the name"


@pytest.mark.parametrize(("reader", "state"), [((NEW,), None), ((OLD,), "v1.forged")])
async def test_what_was_sealed_with_another_key_or_forged_is_refused(
    pack: Path, reader: tuple[str, ...], state: str | None
) -> None:
    said = await carried(asking_server(pack, OLD), asking_server(pack, *reader), state)
    assert said == "Invalid or expired requestState"


@pytest.mark.parametrize("keys", ["short", f"{OLD},short", f"{OLD} {OLD}"])
def test_keys_that_are_too_short_or_there_twice_are_refused_and_not_repeated(keys: str) -> None:
    with pytest.raises(InvalidInputError, match="at least 32 characters") as refused:
        Settings.from_environment({"BACKWRIGHT_STATE_KEYS": keys})
    assert "short" not in refused.value.message.replace("too short", "")
    assert OLD not in refused.value.message


def test_keys_are_parted_by_commas_or_spaces() -> None:
    assert Settings.from_environment({"BACKWRIGHT_STATE_KEYS": f"{NEW}, {OLD}"}).state_keys == (NEW, OLD)
    assert Settings.from_environment({}).state_keys == ()
