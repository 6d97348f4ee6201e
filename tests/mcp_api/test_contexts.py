"""Contexts through a real client: who writes, what is listed, and to whom nothing is offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS, Implementation, ResourceTemplateReference, TextResourceContents

from backwright.app import App
from backwright.contexts.context import LOCAL
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts, utc_now
from backwright.contexts.store import Opened
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.mcp_api._connect import COMMAND, MODES, connected, http_server

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
        ({"BACKWRIGHT_DATABASE_URL": "sqlite:////nowhere/yet.db"}, True),
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


async def put(client: Client, context: str, **given: object) -> None:
    answer = await client.call_tool("put_context", {"context": context, "type": "project", "body": {}, **given})
    assert not answer.is_error, answer.structured_content


async def test_the_latest_version_is_kept_shortly_and_a_version_long_and_both_by_nobody_else(keeping: App) -> None:
    async with connected(keeping) as client:
        await put(client, "shop/conventions", body={"python": "3.12", "framework": "flask"}, labels={"team": "shop"})
        latest = await client.read_resource("context://shop/conventions")
        version = await client.read_resource("context://shop/conventions/v/1")
    for answer in (latest, version):
        (content,) = answer.contents
        assert isinstance(content, TextResourceContents)
        assert content.text == '{"framework":"flask","python":"3.12"}'
        assert content.mime_type == "application/json"
        assert content.meta is not None
        facts = content.meta["dev.backwright/context"]
        assert (facts["version"], facts["type"], facts["labels"]) == (1, "project/v3", {"team": "shop"})
        assert facts["uri"] == "context://shop/conventions/v/1"
        assert answer.cache_scope == "private"
    assert (latest.ttl_ms, version.ttl_ms) == (5_000, 86_400_000)


@pytest.mark.parametrize(
    "uri",
    [
        "context://shop/nothing",
        "context://shop/gone",
        "context://shop/gone/v/2",
        "context://shop/conventions/v/9",
        "context://shop/conventions/v/01",
        "context://shop/conventions/",
        "context://shop/../conventions",
        "context://shop/a..b",
        "context://shop",
        "context-schema://nothing/v1",
        "context-schema://project/v99",
    ],
)
async def test_an_address_that_holds_nothing_is_unknown_like_any_other(keeping: App, uri: str) -> None:
    async with connected(keeping) as client:
        await put(client, "shop/conventions")
        await put(client, "shop/gone")
        await client.call_tool("put_context", {"context": "shop/gone", "delete": True, "if_version": 1})
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
        with pytest.raises(MCPError) as other:
            await client.read_resource("rule://BW999999")
    assert (refused.value.code, refused.value.data["code"]) == (INVALID_PARAMS, "UNKNOWN_URI")
    assert refused.value.data["hint"] == other.value.data["hint"]


async def test_a_version_stays_readable_after_the_context_is_deleted(keeping: App) -> None:
    async with connected(keeping) as client:
        await put(client, "shop/gone")
        await client.call_tool("put_context", {"context": "shop/gone", "delete": True, "if_version": 1})
        assert (await client.read_resource("context://shop/gone/v/1")).contents


async def test_the_contexts_are_listed_behind_everything_else_page_by_page(keeping: App) -> None:
    async with connected(keeping) as client:
        for number in range(120):
            await put(client, f"many/c{number:03}")
        listed, cursor, scopes = [], None, []
        while True:
            page = await client.list_resources(cursor=cursor)
            listed += [resource.uri for resource in page.resources]
            scopes.append(page.cache_scope)
            assert len(page.resources) <= 100
            cursor = page.next_cursor
            if cursor is None:
                break
        contexts = [uri for uri in listed if uri.startswith("context://")]
        assert contexts == [f"context://many/c{number:03}" for number in range(120)]
        assert listed[-120:] == contexts
        assert len(set(listed)) == len(listed)
        assert scopes[-1] == "private"
        with pytest.raises(MCPError) as refused:
            await client.list_resources(cursor="contexts.!!")
        assert refused.value.data["code"] == "INVALID_CURSOR"


async def test_a_store_that_is_lost_takes_nothing_else_out_of_the_lists(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "contexts.db").write_bytes(b"this is no database, and nothing like one" * 100)
    app = App(Settings(pack=pack, database=f"sqlite:///{tmp_path / 'contexts.db'}"))
    async with connected(app) as client:
        assert (await client.list_tools()).tools
        cursor, uris = None, []
        while True:
            page = await client.list_resources(cursor=cursor)
            uris += [resource.uri for resource in page.resources]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert "rule://BW104" in uris
        answer = await client.call_tool("get_context", {})
        assert answer.structured_content["code"] == "RECORD_UNREADABLE"
        with pytest.raises(MCPError) as refused:
            await client.read_resource("context://shop/one")
        assert refused.value.data["code"] == "RECORD_UNREADABLE"
    app.close()


async def test_who_is_offered_no_contexts_is_offered_no_addresses_of_them(app: App) -> None:
    async with connected(app) as client:
        templates = [each.uri_template for each in (await client.list_resource_templates()).resource_templates]
        assert not any(each.startswith("context://") for each in templates)
        assert "context-schema://{type}/v{version}" in templates
        with pytest.raises(MCPError) as refused:
            await client.read_resource("context://shop/one")
    assert refused.value.data["code"] == "UNKNOWN_URI"


async def test_namespaces_names_and_versions_are_completed(keeping: App) -> None:
    version = ResourceTemplateReference(uri="context://{namespace}/{name}/v/{version}")
    async with connected(keeping) as client:
        await put(client, "shop/conventions")
        await put(client, "shop/conventions", body={"framework": "flask"}, if_version=1)
        await put(client, "shelf/other")

        async def completed(argument: str, typed: str, **known: str) -> list[str]:
            answer = await client.complete(version, {"name": argument, "value": typed}, context_arguments=known)
            return answer.completion.values

        assert await completed("namespace", "sh") == ["shelf", "shop"]
        assert await completed("name", "", namespace="shop") == ["conventions"]
        assert await completed("name", "", namespace="Shop!") == []
        assert await completed("version", "", namespace="shop", name="conventions") == ["2", "1"]
        assert await completed("version", "", namespace="shop", name="nothing") == []


async def test_schemas_are_completed_by_type_and_version(app: App) -> None:
    schema = ResourceTemplateReference(uri="context-schema://{type}/v{version}")
    async with connected(app) as client:
        types = await client.complete(schema, {"name": "type", "value": "proj"})
        versions = await client.complete(
            schema, {"name": "version", "value": ""}, context_arguments={"type": "project"}
        )
    assert types.completion.values == ["project"]
    assert versions.completion.values == ["3", "2", "1"]


async def test_what_one_process_wrote_the_next_one_reads_over_stdio_and_over_http(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BACKWRIGHT_CONTEXTS", "1")
    async with connected((*COMMAND, "--pack", str(pack))) as client:
        await put(client, "shop/conventions", body={"framework": "flask"})
    monkeypatch.delenv("BACKWRIGHT_CONTEXTS")
    with http_server(pack) as url:
        async with connected(url) as client:
            await put(client, "shop/conventions", body={"framework": "fastapi"}, if_version=1)
    async with connected((*COMMAND, "--pack", str(pack))) as client:
        answer = await client.call_tool("get_context", {"context": "shop/conventions"})
    assert (answer.structured_content["version"], answer.structured_content["body"]) == (2, {"framework": "fastapi"})
    with Opened(open_store(f"sqlite:///{tmp_path / 'data' / 'contexts.db'}")) as store:
        found = Contexts(store).verify(LOCAL, "shop")
    assert (found.entries, found.broken_at) == (2, None)


async def test_a_registered_schema_is_read_and_completed_like_a_published_one(keeping: App) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"region": {"type": "string"}}}
    template = ResourceTemplateReference(uri="context-schema://{type}/v{version}")
    async with connected(keeping) as client:
        given = {"context": "context-schema://deployment", "body": schema}
        assert not (await client.call_tool("put_context", given)).is_error
        answer = await client.read_resource("context-schema://deployment/v1")
        types = await client.complete(template, {"name": "type", "value": "dep"})
        known = {"type": "deployment"}
        versions = await client.complete(template, {"name": "version", "value": ""}, context_arguments=known)
    (content,) = answer.contents
    assert isinstance(content, TextResourceContents)
    assert json.loads(content.text)["properties"] == {"region": {"type": "string"}}
    assert (content.mime_type, answer.cache_scope) == ("application/schema+json", "public")
    assert (types.completion.values, versions.completion.values) == (["deployment"], ["1"])


@pytest.mark.parametrize("root", [None, Path.cwd()], ids=["http", "stdio"])
async def test_all_that_contexts_can_do_is_done_with_two_tools_over_both_transports(
    pack: Path, root: Path | None
) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"region": {"type": "string"}}}
    kind, one = "context-schema://deployment", "shop/north"
    calls: list[tuple[str, dict[str, object]]] = [
        ("put_context", {"context": kind, "body": schema, "check": True}),
        ("put_context", {"context": kind, "body": schema}),
        ("get_context", {"context": kind}),
        ("put_context", {"context": one, "type": "deployment", "body": {"region": "north"}, "if_version": 0}),
        ("get_context", {"context": one}),
        ("get_context", {}),
        ("get_context", {"context": one, "history": True}),
        ("put_context", {"context": one, "delete": True, "if_version": 1}),
    ]
    app = App(Settings(root=root, pack=pack, database="memory://"))
    async with connected(app) as client:
        for tool, arguments in calls:
            answer = await client.call_tool(tool, arguments)
            assert not answer.is_error, answer.structured_content
    assert [(entry.action, entry.name) for entry in app.contexts.audit(LOCAL, "shop").items] == [
        ("put", "north"),
        ("delete", "north"),
    ]
    assert [(entry.action, entry.name) for entry in app.contexts.audit(LOCAL, "*").items] == [
        ("register", "deployment")
    ]
    app.close()


async def test_a_list_of_many_schemas_is_cut_and_says_so(keeping: App) -> None:
    schema: dict[str, object] = {"type": "object", "additionalProperties": False, "properties": {}}
    for number in range(55):
        keeping.contexts.register_schema(LOCAL, f"type-{number:02}", schema)
    async with connected(keeping) as client:
        answer = (await client.call_tool("get_context", {"context": "context-schema://"})).structured_content
    shipped = len(keeping.schemas())
    assert len(answer["schemas"]) == 50
    assert answer["note"] == f"and {55 + shipped - 50} more: give context-schema://TYPE"
