"""Contexts through a real client: who writes, what is listed, and to whom nothing is offered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import Implementation

from backwright.app import App
from backwright.contexts.context import LOCAL
from backwright.contexts.service import utc_now
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.mcp_api._connect import MODES, connected

TOOLS = {"get_context", "put_context"}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def keeping(pack: Path) -> Iterator[App]:
    """An app with an empty store."""
    app = App(Settings(pack=pack, database="memory://"))
    yield app
    app.close()


async def test_contexts_are_offered_once_the_own_store_is_there_or_one_is_named(pack: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'contexts.db'}"
    before = Settings(pack=pack, database=database)
    assert not before.offers_contexts
    async with connected(App(before)) as client:
        assert TOOLS.isdisjoint(tool.name for tool in (await client.list_tools()).tools)
    assert not (tmp_path / "contexts.db").exists()
    (tmp_path / "contexts.db").touch()
    assert before.offers_contexts
    async with connected(App(before)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= TOOLS


@pytest.mark.parametrize(
    ("environment", "offered"),
    [
        ({}, False),
        ({"BACKWRIGHT_CONTEXTS": "1"}, True),
        ({"BACKWRIGHT_DATABASE_URL": "postgresql://localhost/x"}, True),
        ({"BACKWRIGHT_DATABASE_URL": "postgresql://localhost/x", "BACKWRIGHT_CONTEXTS": "0"}, False),
    ],
)
def test_the_environment_says_whether_contexts_are_offered(
    tmp_path: Path, environment: dict[str, str], *, offered: bool
) -> None:
    settings = Settings.from_environment({"HOME": str(tmp_path), "BACKWRIGHT_DATA": str(tmp_path), **environment})
    assert settings.offers_contexts is offered
    assert not Settings(contexts=True).offers_contexts


@pytest.mark.parametrize("mode", MODES)
async def test_the_audit_names_the_client_and_the_request(keeping: App, mode: str) -> None:
    info = Implementation(name="desk\x1b[31m" + "x" * 300, version="7")
    async with Client(build_server(keeping), mode=mode, client_info=info) as client:
        given = {"context": "shop/conventions", "type": "project", "body": {}}
        meta: Any = {"traceparent": TRACE}
        answer = await client.call_tool("put_context", given, meta=meta)
        assert not answer.is_error
    (entry,) = keeping.contexts.audit(LOCAL, "shop").items
    assert entry.client.startswith("desk\\x1b[31mxxx")
    assert len(entry.client) < 100
    assert entry.request_id
    assert entry.action == "put"
    (waiting,) = keeping.contexts.store.write(lambda unit: unit.due(utc_now(), 9))
    assert waiting.event.traceparent == TRACE


async def test_a_document_keeps_its_nulls_and_a_large_one_is_read_as_a_resource(keeping: App) -> None:
    async with connected(keeping) as client:
        put = {"context": "shop/small", "type": "project", "body": {"framework": None}}
        assert not (await client.call_tool("put_context", put)).is_error
        answer = (await client.call_tool("get_context", {"context": "shop/small"})).structured_content
        assert answer["body"] == {"framework": None}
        body = {"exclude": [f"{'x' * 90}/{number}" for number in range(150)]}
        put = {"context": "shop/large", "type": "project", "body": body}
        assert not (await client.call_tool("put_context", put)).is_error
        answer = (await client.call_tool("get_context", {"context": "shop/large"})).structured_content
        assert "body" not in answer
        assert answer["note"] == "too large to show: read the resource context://shop/large/v/1"


async def test_a_history_and_a_list_go_on_at_their_cursors(keeping: App) -> None:
    async with connected(keeping) as client:
        for version in range(12):
            given = {"type": "project", "body": {"python": f"3.{11 + version}"}, "if_version": version}
            assert not (await client.call_tool("put_context", {"context": "shop/one", **given})).is_error
        for number in range(55):
            given = {"context": f"many/c{number:02}", "type": "project", "body": {}}
            await client.call_tool("put_context", given)
        asked = {"context": "shop/one", "history": True}
        first = (await client.call_tool("get_context", asked)).structured_content
        rest = (await client.call_tool("get_context", {**asked, "cursor": first["next_cursor"]})).structured_content
        versions = [each["version"] for each in (*first["versions"], *rest["versions"])]
        assert versions == list(range(12, 0, -1))
        assert "next_cursor" not in rest
        first = (await client.call_tool("get_context", {"context": "many"})).structured_content
        asked = {"context": "many", "cursor": first["next_cursor"]}
        rest = (await client.call_tool("get_context", asked)).structured_content
        assert len({each["context"] for each in (*first["contexts"], *rest["contexts"])}) == 55
