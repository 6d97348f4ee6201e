"""What clients of both eras are told after an edit on disk: real clients, real files, every wait bounded."""

from __future__ import annotations

import gc
import json
import subprocess
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ToolsListChanged
from mcp_types import INVALID_PARAMS

from backwright.app import App
from backwright.catalog.manifest import update
from backwright.mcp_api.listeners import MAX_URI, MAX_URIS
from backwright.mcp_api.resources import MANIFEST, PROBLEMS
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.catalog._packs import front, skill_md, write_pack
from tests.mcp_api._connect import COMMAND, PATIENCE, connected, environment, http_server

SKILL_URI = "skill://one/SKILL.md"
OTHER_URI = "skill://two/SKILL.md"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", "one", "two")


def app_of(pack: Path, *, reload: bool = True) -> App:
    return App(Settings(pack=pack, reload=reload))


def command(pack: Path, *options: str) -> tuple[str, ...]:
    return (*COMMAND, "--pack", str(pack), *options)


def edit(pack: Path, body: str, name: str = "one", *, description: str | None = None, pin: bool = True) -> None:
    """Edit a skill as a person does, and pin the edit."""
    text = front(name)
    if description is not None:
        text = text.replace("Say what it is for, and when to use it.", description)
    (pack / "skills" / name / "SKILL.md").write_text(skill_md(text, body), encoding="utf-8")
    if pin:
        assert update(pack).problems == ()


async def body_of(client: Client, uri: str = SKILL_URI) -> str:
    (content,) = (await client.read_resource(uri, cache_mode="bypass")).contents
    return str(getattr(content, "text", "")).rpartition("---\n")[2]


async def until_served(client: Client, body: str, uri: str = SKILL_URI) -> None:
    """Return when a read gives this body."""
    with anyio.fail_after(PATIENCE):
        while await body_of(client, uri) != body:  # noqa: ASYNC110  a client cannot wait for what is on disk
            await anyio.sleep(0.02)


class Legacy:
    """An older client and every notice that reaches it."""

    def __init__(self) -> None:
        self.send, self.receive = anyio.create_memory_object_stream[str](1000)

    async def heard(self, message: Any) -> None:
        method = getattr(message, "method", None)
        if method is not None:
            uri = getattr(message.params, "uri", "") if message.params else ""
            self.send.send_nowait(f"{method} {uri}".strip())

    async def until(self, *wanted: str) -> list[str]:
        """What was heard until all of these were."""
        heard: list[str] = []
        with anyio.fail_after(PATIENCE):
            while not set(wanted) <= set(heard):
                heard.append(await self.receive.receive())
        return heard

    def rest(self) -> list[str]:
        heard = []
        while self.receive.statistics().current_buffer_used:
            heard.append(self.receive.receive_nowait())
        return heard


@asynccontextmanager
async def legacy(server: object) -> AsyncIterator[tuple[Client, Legacy]]:
    told = Legacy()
    target: Any = build_server(server) if isinstance(server, App) else server
    if isinstance(server, tuple):
        target = StdioServerParameters(command=server[0], args=list(server[1:]), env=environment())
    with anyio.fail_after(PATIENCE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK says that resources/subscribe is of the older protocol, as it is
        async with Client(target, mode="legacy", message_handler=told.heard, read_timeout_seconds=PATIENCE) as client:
            yield client, told
    told.send.close()
    told.receive.close()


LISTS = {ResourcesListChanged(), PromptsListChanged()}
LEGACY_LISTS = ("notifications/resources/list_changed", "notifications/prompts/list_changed")


@pytest.mark.parametrize("transport", ["memory", "stdio", "http"])
async def test_a_modern_client_is_told_of_what_it_listens_to_and_reads_the_new_bytes(
    pack: Path, transport: str
) -> None:
    with _served(pack, transport) as target:
        async with connected(target) as client:
            assert await body_of(client) == "# Instructions\n"
            listening = client.listen(
                resources_list_changed=True,
                prompts_list_changed=True,
                tools_list_changed=True,
                resource_subscriptions=[SKILL_URI, OTHER_URI, MANIFEST],
            )
            async with listening as stream:
                edit(pack, "# Edited\n")
                wanted = {*LISTS, ResourceUpdated(SKILL_URI), ResourceUpdated(MANIFEST)}
                heard = [await anext(stream) for _ in wanted]
                assert set(heard) == wanted
                assert await body_of(client) == "# Edited\n"


@pytest.mark.parametrize("transport", ["memory", "stdio"])
async def test_an_older_client_is_told_that_lists_changed_and_of_what_it_subscribed_to(
    pack: Path, transport: str
) -> None:
    with _served(pack, transport) as target:
        async with legacy(target) as (client, told):
            await client.subscribe_resource(SKILL_URI)  # type: ignore[deprecated]
            await client.subscribe_resource(OTHER_URI)  # type: ignore[deprecated]
            await client.unsubscribe_resource(OTHER_URI)  # type: ignore[deprecated]
            edit(pack, "# Edited\n")
            edit(pack, "# Edited\n", "two")
            await told.until(*LEGACY_LISTS, f"notifications/resources/updated {SKILL_URI}")
            await until_served(client, "# Edited\n", OTHER_URI)
            assert f"notifications/resources/updated {OTHER_URI}" not in told.rest()
            assert await body_of(client) == "# Edited\n"


async def test_one_burst_of_edits_is_one_notice_for_each_list(pack: Path) -> None:
    async with legacy(app_of(pack)) as (client, told):
        await client.subscribe_resource(SKILL_URI)  # type: ignore[deprecated]
        edit(pack, "# Settled\n")
        await told.until(f"notifications/resources/updated {SKILL_URI}")
        await until_served(client, "# Settled\n")
        told.rest()
        for number in range(30):
            edit(pack, f"# Edit {number}\n", pin=False)
        update(pack)
        heard = await told.until(f"notifications/resources/updated {SKILL_URI}")
        await until_served(client, "# Edit 29\n")
        heard += told.rest()
        # A machine that stalls in the middle of the burst makes two of it; each swap is told once in any case.
        assert heard.count(LEGACY_LISTS[0]) == heard.count(LEGACY_LISTS[1])
        assert heard.count(LEGACY_LISTS[0]) <= 2


async def test_the_tools_have_changed_only_when_what_is_said_of_use_skill_has(pack: Path) -> None:
    async with legacy(app_of(pack)) as (client, told):
        edit(pack, "# Edited\n")
        assert "notifications/tools/list_changed" not in await told.until(*LEGACY_LISTS)
        edit(pack, "# Edited\n", description="Use it for new things.")
        await told.until("notifications/tools/list_changed")
        tools = (await client.list_tools(cache_mode="bypass")).tools
        (described,) = (tool.description or "" for tool in tools if tool.name == "use_skill")
        assert "Use it for new things." in described


async def test_a_stream_that_asked_for_tools_only_hears_of_nothing_else(pack: Path) -> None:
    async with connected(app_of(pack)) as client, client.listen(tools_list_changed=True) as stream:
        edit(pack, "# Edited\n")
        await until_served(client, "# Edited\n")
        edit(pack, "# Edited\n", description="Use it for new things.")
        assert await anext(stream) == ToolsListChanged()


async def test_a_broken_edit_is_told_as_a_change_of_the_problems_and_the_good_bytes_stay(pack: Path) -> None:
    async with connected(app_of(pack)) as client:
        listening = client.listen(resources_list_changed=True, resource_subscriptions=[PROBLEMS, SKILL_URI])
        async with listening as stream:
            edit(pack, "# Not pinned\n", pin=False)
            assert await anext(stream) == ResourceUpdated(PROBLEMS)
            assert await body_of(client) == "# Instructions\n"
            (content,) = (await client.read_resource(PROBLEMS)).contents
            (problem,) = json.loads(getattr(content, "text", ""))["problems"]
            assert problem["path"] == "skills/one/SKILL.md"
            assert problem["message"].endswith("; the last good version is still served")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_changes_are_promised_only_where_they_are_followed(pack: Path, mode: str) -> None:
    promised = []
    for app in (app_of(pack), app_of(pack, reload=False)):
        async with connected(app, mode) as client:
            capabilities = client.server_capabilities
            assert capabilities is not None
            assert capabilities.resources is not None
            assert capabilities.tools is not None
            assert capabilities.prompts is not None
            told = {
                bool(capabilities.resources.list_changed),
                bool(capabilities.resources.subscribe),
                bool(capabilities.tools.list_changed),
                bool(capabilities.prompts.list_changed),
            }
            promised.append(told)
    assert promised == [{True}, {False}]


async def test_an_older_client_over_stateless_http_is_promised_nothing(pack: Path) -> None:
    with http_server(pack) as url:
        async with connected(url, "legacy") as client:
            capabilities = client.server_capabilities
            assert capabilities is not None
            assert capabilities.resources is not None
            assert not capabilities.resources.subscribe
            assert not capabilities.resources.list_changed
        async with connected(url) as client:
            capabilities = client.server_capabilities
            assert capabilities is not None
            assert capabilities.resources is not None
            assert capabilities.resources.subscribe


@pytest.mark.parametrize(
    "uris", [[f"skill://one/{number}" for number in range(MAX_URIS + 1)], ["skill://" + "x" * MAX_URI]]
)
async def test_a_filter_with_too_many_or_too_long_addresses_is_refused(pack: Path, uris: list[str]) -> None:
    async with connected(app_of(pack)) as client:
        with pytest.raises(MCPError, match="At most 1000 URIs of 2048 characters") as refused:
            async with client.listen(resource_subscriptions=uris):
                pytest.fail("it was accepted")
        assert refused.value.error.code == INVALID_PARAMS
        async with client.listen(resource_subscriptions=uris[:MAX_URIS] if len(uris) > 1 else [SKILL_URI]):
            assert await body_of(client) == "# Instructions\n"


async def test_an_older_client_cannot_subscribe_without_end(pack: Path) -> None:
    async with legacy(app_of(pack)) as (client, _):
        for number in range(MAX_URIS):
            await client.subscribe_resource(f"skill://one/{number}")  # type: ignore[deprecated]
        with pytest.raises(MCPError, match="At most 1000 URIs"):
            await client.subscribe_resource("skill://one/more")  # type: ignore[deprecated]
        await client.subscribe_resource("skill://one/1")  # type: ignore[deprecated]


async def test_ten_servers_come_and_go_without_a_thread_or_a_descriptor_left(pack: Path) -> None:
    app = app_of(pack)

    async def once(number: int) -> None:
        async with connected(app) as client, client.listen(resource_subscriptions=[SKILL_URI]) as stream:
            edit(pack, f"# Edit {number}\n")
            assert await anext(stream) == ResourceUpdated(SKILL_URI)

    await once(-1)
    before = _threads(), _descriptors()
    for number in range(10):
        await once(number)
    assert (_threads(), _descriptors()) == before


def _threads() -> int:
    return sum(thread.name == "backwright-watch" for thread in threading.enumerate())


def _descriptors() -> int:
    # What nothing refers to any more is closed when it is collected, and when that is depends on what ran before.
    gc.collect()
    folder = Path("/proc/self/fd")
    return len([*folder.iterdir()]) if folder.is_dir() else 0


@contextmanager
def _served(pack: Path, transport: str) -> Iterator[object]:
    if transport == "http":
        with http_server(pack) as url:
            yield url
    else:
        yield app_of(pack) if transport == "memory" else command(pack)


def test_the_end_of_stdin_ends_the_process_while_it_follows_and_a_client_listens(pack: Path) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    listen = {"notifications": {"resourcesListChanged": True}, "_meta": meta}
    with subprocess.Popen(
        command(pack), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requests = [
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}},
            {"jsonrpc": "2.0", "id": 2, "method": "subscriptions/listen", "params": listen},
        ]
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        assert "acknowledged" in json.loads(process.stdout.readline())["method"]
        edit(pack, "# Edited\n")
        # The watcher is at work when it has told of the edit.
        assert json.loads(process.stdout.readline())["method"] == "notifications/resources/list_changed"
        started = time.monotonic()
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - started < 5
        assert process.stderr is not None
        assert process.stderr.read() == ""


async def test_without_reload_an_edit_is_not_served(pack: Path) -> None:
    async with connected(command(pack, "--no-reload")) as client:
        edit(pack, "# Edited\n")
        assert await body_of(client) == "# Instructions\n"
        with pytest.raises(MCPError):
            async with client.listen(resources_list_changed=True):
                pytest.fail("it was accepted")


async def test_a_signal_ends_an_http_server_at_once_although_a_client_listens(pack: Path) -> None:
    options = ("--http", "--port", "0")
    with subprocess.Popen(command(pack, *options), stderr=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220  started once, before anything waits
        assert process.stderr is not None
        url = process.stderr.readline().split()[2]
        async with connected(url) as client, client.listen(resources_list_changed=True) as stream:
            started = time.monotonic()
            process.terminate()
            assert [event async for event in stream] == []
            await anyio.to_thread.run_sync(process.wait, PATIENCE)
            assert time.monotonic() - started < 8
