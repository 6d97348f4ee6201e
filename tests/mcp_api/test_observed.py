from __future__ import annotations

import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import Implementation

from backwright.app import App
from backwright.mcp_api.server import build_server
from backwright.observing.logs import JsonLog
from backwright.observing.pseudonym import pseudonyms
from backwright.observing.requests import Observing
from backwright.routing.briefing import Briefing
from backwright.settings import Settings
from tests.mcp_api._connect import PATIENCE, app_over, ask

SECRET = "sk_live_51HxQ2eZvKYlo2C"
HOSTILE = f'{SECRET}\r\n{{"event": "request", "outcome": "ok"}}\x1b[31mred\x1b[0m\x00\u2028\u202e::error::\U000e0041'


class Lines:
    """What was logged."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.log = JsonLog(self.written.append)

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.written) if line["event"] == "request"]

    def of(self, method: str) -> list[dict[str, Any]]:
        return [line for line in self.requests if line["method"] == method]


@contextmanager
def taken_over(log: JsonLog) -> Iterator[None]:
    """Everything that is logged goes there, and afterwards to where it went."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    log.take_over()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@asynccontextmanager
async def told(app: App, **options: Any) -> AsyncIterator[tuple[Client, Lines]]:
    lines = Lines()
    server = build_server(app, observing=Observing([lines.log.request], pseudonyms(None), lines.log.say))
    with taken_over(lines.log), anyio.fail_after(PATIENCE):
        async with Client(server, read_timeout_seconds=PATIENCE, **options) as client:
            yield client, lines


async def test_a_call_is_told_in_one_line_with_who_what_and_how_long(app: App) -> None:
    async with told(app) as (client, lines):
        await client.call_tool("use_skill", {"request": "asyncio gather"})
    (line,) = lines.of("tools/call")
    assert line.pop("duration_ms") > 0
    assert len(line.pop("request_id")) == 32
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "transport": "stdio",
        "principal": "local",
        "method": "tools/call",
        "tool": "use_skill",
        "outcome": "ok",
    }


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_each_request_has_its_line_and_a_notification_has_none(app: App, mode: Any) -> None:
    async with told(app, mode=mode) as (client, lines):
        await client.list_tools()
        await client.list_prompts()
    greeting = "initialize" if mode == "legacy" else "server/discover"
    assert [line["method"] for line in lines.requests] == [greeting, "tools/list", "prompts/list"]
    assert len({line["request_id"] for line in lines.requests}) == 3


async def test_an_error_that_a_tool_answers_counts_as_an_error(app: App) -> None:
    async with told(app) as (client, lines):
        assert (await client.call_tool("explain_rule", {"rule": "BW999"})).is_error
    (line,) = lines.of("tools/call")
    assert (line["outcome"], line["code"], line["level"]) == ("error", "RULE_NOT_FOUND", "warning")


async def test_names_that_nobody_serves_are_told_as_other(app: App) -> None:
    async with told(app) as (client, lines):
        with pytest.raises(MCPError):
            await client.call_tool(SECRET, {})
        with pytest.raises(MCPError):
            await ask(client, f"tools/{SECRET}")
    tool, method = lines.requests[-2:]
    assert (tool["tool"], tool["outcome"], tool["code"]) == ("other", "protocol_error", "-32602")
    assert (method["method"], method["outcome"], method["code"]) == ("other", "protocol_error", "-32601")
    assert SECRET.encode() not in b"".join(lines.written)


class Waiting(App):
    """An app that answers when it is let to."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.asked, self.may = threading.Event(), threading.Event()

    def explain(self, code: str) -> str:
        self.asked.set()
        assert self.may.wait(PATIENCE)
        return code


async def test_a_request_that_is_given_up_is_told_as_cancelled(app: App) -> None:
    waiting = Waiting(app.settings)
    async with told(waiting) as (client, lines):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "explain_rule", {"rule": "BW101"})
            await anyio.to_thread.run_sync(waiting.asked.wait, PATIENCE)
            group.cancel_scope.cancel()
        waiting.may.set()
    (line,) = lines.of("tools/call")
    assert line["outcome"] == "cancelled"


def filled(schema: dict[str, Any], whole: dict[str, Any]) -> object:
    """A value that fits the type that a schema asks for, with hostile text wherever there may be text."""
    while "$ref" in schema or "anyOf" in schema:
        schema = schema["anyOf"][0] if "anyOf" in schema else whole["$defs"][schema["$ref"].rpartition("/")[2]]
    match schema.get("type"):
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "array":
            return [filled(schema.get("items", {}), whole)]
        case "object":
            return {name: filled(each, whole) for name, each in schema.get("properties", {}).items()} or {
                HOSTILE: HOSTILE
            }
        case _:
            return HOSTILE


async def test_nothing_that_a_client_writes_reaches_the_log_and_no_line_is_forged(pack: Path, tmp_path: Path) -> None:
    named = Implementation(name=HOSTILE, version=HOSTILE)
    async with told(app_over(pack, tmp_path), client_info=named) as (client, lines):
        tools = (await client.list_tools()).tools
        calls = 0
        for tool in tools:
            properties = tool.input_schema["properties"]
            whole: dict[str, object] = {name: filled(schema, tool.input_schema) for name, schema in properties.items()}
            tried: list[dict[str, object]] = [{HOSTILE: HOSTILE}, whole]
            for arguments in tried + [{name: value} for name, value in whole.items()]:
                await client.call_tool(tool.name, arguments)
                calls += 1
        asked: list[tuple[str, dict[str, object]]] = [
            ("resources/read", {"uri": f"skill://{HOSTILE}"}),
            ("resources/read", {"uri": HOSTILE}),
            ("prompts/get", {"name": HOSTILE, "arguments": {HOSTILE: HOSTILE}}),
            ("skills/get", {"uri": HOSTILE}),
            ("tools/list", {"cursor": HOSTILE}),
            (HOSTILE, {HOSTILE: HOSTILE}),
        ]
        for method, params in asked:
            with pytest.raises(MCPError):
                await ask(client, method, params)
    assert calls > 50
    assert len(lines.of("tools/call")) == calls
    for line in lines.written:
        assert SECRET.encode() not in line
        assert line.isascii()
        assert line.count(b"\n") == 1
        assert all(32 <= byte < 127 for byte in line[:-1])


class Broken(App):
    """An app with a defect whose error repeats what it was sent."""

    def use_skill(self, request: str, **_: Any) -> Briefing:
        try:
            int(request)
        except ValueError as error:
            raise RuntimeError(request) from error
        raise AssertionError


async def test_a_defect_is_logged_with_its_places_and_without_its_text(app: App) -> None:
    async with told(Broken(app.settings)) as (client, lines):
        answer = await client.call_tool("use_skill", {"request": HOSTILE})
    assert "use_skill.py" not in str(answer)
    (line,) = lines.of("tools/call")
    assert (line["level"], line["outcome"], line["code"]) == ("error", "error", "INTERNAL")
    (logged,) = [each for each in map(json.loads, lines.written) if each["event"] == "tool use_skill failed"]
    assert logged["error"] == "RuntimeError < ValueError"
    assert logged["stack"][-1].endswith("Broken.use_skill")
    assert logged["request_id"] == line["request_id"]
    assert SECRET.encode() not in b"".join(lines.written)
