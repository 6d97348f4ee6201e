"""Views of MCP Apps on the wire: listed for who shows them, the same for everyone who reads them, and closed."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from importlib.resources import files

import pytest
from mcp import MCPError
from mcp_types import TextResourceContents

from backwright.app import App
from backwright.mcp_api import view
from backwright.mcp_api._allowed import Allowed
from backwright.mcp_api.server import Toolbox
from backwright.settings import Settings
from tests.mcp_api._app_host import showing
from tests.mcp_api._connect import MODES, connected
from tests.mcp_api.test_judging import CODE, diff_of

VIEWS = sorted(view.views())
CLOSED: dict[str, list[str]] = {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []}


@pytest.fixture(scope="module")
def shipped() -> App:
    """An app without a project over the pack that ships, as over HTTP."""
    return App(Settings(allow_unlocked=True))


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_that_shows_views_is_told_of_them_by_tools_and_resources(app: App, mode: str) -> None:
    async with showing(app, mode) as client:
        tools = await client.list_tools()
        page = await client.list_resources()
        resources = list(page.resources)
        while page.next_cursor is not None:
            page = await client.list_resources(cursor=page.next_cursor)
            resources += page.resources
    told = {tool.name: tool.meta["ui"]["resourceUri"] for tool in tools.tools if tool.meta and "ui" in tool.meta}
    listed = {tool.name for tool in tools.tools}
    assert told == {name: one.uri for one in view.views().values() for name in one.tools if name in listed}
    assert told["review_diff"] == "ui://backwright/review"
    assert {one.uri: one.mime_type for one in resources if one.uri.startswith("ui:")} == dict.fromkeys(
        VIEWS, "text/html;profile=mcp-app"
    )


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_that_shows_none_or_others_is_told_nothing(app: App, mode: str) -> None:
    async with connected(app, mode) as client:
        plain = await client.list_tools()
        uris = [one.uri for one in (await client.list_resources()).resources]
    async with showing(app, mode, kind="text/html") as client:
        other = await client.list_tools()
    for listing in (plain, other):
        assert [tool.name for tool in listing.tools if "ui" in (tool.meta or {})] == []
    assert [uri for uri in uris if uri.startswith("ui:")] == []


async def test_the_longer_list_is_kept_by_no_shared_cache_and_differs_in_nothing_else(app: App) -> None:
    async with connected(app) as client:
        plain = await client.list_tools()
    async with showing(app) as client:
        shown = await client.list_tools()
    assert (plain.cache_scope, shown.cache_scope) == ("public", "private")
    bare = [tool.model_dump(exclude={"meta"}) for tool in plain.tools]
    assert [tool.model_dump(exclude={"meta"}) for tool in shown.tools] == bare
    assert {tool.name: tool.meta or {} for tool in shown.tools}["use_skill"]["anthropic/alwaysLoad"] is True


async def test_the_server_declares_the_extension(app: App) -> None:
    async with connected(app) as client:
        assert client.server_capabilities is not None
        assert (client.server_capabilities.extensions or {})["io.modelcontextprotocol/ui"] == {}


@pytest.mark.parametrize("uri", VIEWS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_view_is_read_by_anyone_and_asks_for_no_domain_and_no_permission(app: App, uri: str, mode: str) -> None:
    async with connected(app, mode) as client:
        content = (await client.read_resource(uri)).contents[0]
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "text/html;profile=mcp-app"
    assert content.meta is not None
    assert content.meta["ui"] == {"csp": CLOSED, "permissions": {}, "prefersBorder": True}
    assert content.text.startswith("<!doctype html>")


@pytest.mark.parametrize("uri", VIEWS)
def test_a_view_is_small_and_its_policy_allows_what_is_in_it_and_nothing_else(uri: str) -> None:
    text = view.page(uri.removeprefix(view.SCHEME))
    assert len(text.encode()) < 25_000
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digests = [f"'sha256-{b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inside]
        assert f"{directive} {' '.join(digests)};" in policy
        assert text.count(f"<{tag}") == len(inside)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


SOURCES = sorted(one.name for one in files("backwright.mcp_api.apps").iterdir() if one.name.endswith((".html", ".js")))


@pytest.mark.parametrize("name", SOURCES)
def test_no_source_of_a_view_makes_markup_of_text_or_reaches_out(name: str) -> None:
    text = files("backwright.mcp_api.apps").joinpath(name).read_text(encoding="utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp|WebSocket"
    assert re.findall(rf"{banned}|DOMParser|https?://|\son[a-z]+=|javascript:|\bimport\b|style=", text) == []


async def test_a_view_that_is_not_there_is_refused(app: App) -> None:
    async with connected(app) as client:
        for uri in ("ui://backwright/nothing", "ui://backwright/../review", "ui://backwright/"):
            with pytest.raises(MCPError, match="no resource is served"):
                await client.read_resource(uri)


def test_a_token_of_any_kind_reads_a_view_and_no_other_address_by_it(app: App) -> None:
    needed = Allowed(Toolbox(app).tool, lambda *_: None).needed
    assert needed("resources/read", {"uri": "ui://backwright/review"}) == frozenset()
    assert needed("resources/read", {"uri": "review://x"}) == {"review:run"}
    assert needed("resources/read", {"uri": "uis://backwright/review"}) == {"skills:read"}


@pytest.mark.parametrize("mode", MODES)
async def test_a_view_reads_a_review_with_the_lines_around_each_finding(shipped: App, mode: str) -> None:
    code = (
        CODE
        + '\n\nasync def load() -> None:\n    key = "AKIAIOSFODNN7EXAMPLA"\n    requests.get("https://x.org", key)\n'
    )
    async with connected(shipped, mode) as client:
        given = (await client.call_tool("review_diff", {"diff": diff_of(code)})).structured_content or {}
        read = await client.read_resource(f"review://{given['review']}/app")
        plain = await client.read_resource(f"review://{given['review']}/json")
    content, whole = read.contents[0], plain.contents[0]
    assert isinstance(content, TextResourceContents)
    assert isinstance(whole, TextResourceContents)
    assert content.mime_type == "application/json"
    assert read.cache_scope in {None, "private"}
    report = json.loads(content.text)
    hunks = report.pop("hunks")
    assert report == json.loads(whole.text)
    assert len(hunks) == len(report["findings"]) > 0
    (at,) = [n for n, one in enumerate(report["findings"]) if one["code"] == "BW101"]
    assert ["added", 16, '    requests.get("https://x.org", key)'] in hunks[at]
    assert "AKIAIOSFODNN7EXAMPLA" not in str(hunks)


async def test_a_review_that_is_not_there_has_no_view_either(shipped: App) -> None:
    async with connected(shipped) as client:
        with pytest.raises(MCPError, match="no resource is served"):
            await client.read_resource(f"review://{'a' * 20}/app")
