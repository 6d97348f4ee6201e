"""Who is told which contexts changed: both eras, each transport, several replicas, and nobody who may not know."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.subscriptions import Subscription
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent

from backwright.app import App
from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address, Caller, Condition
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened
from backwright.mcp_api import listeners
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.contexts._buses import events_of
from tests.contexts._databases import fresh_database
from tests.contexts._redis import OwnRedis, own_redis
from tests.mcp_api._connect import COMMAND, PATIENCE, connected
from tests.mcp_api.test_changes import legacy

SHOP = "context://shop/conventions"
BANK = "context://bank/conventions"
ANN = Caller("https://id.example#ann")


@pytest.fixture
def keeping(pack: Path) -> Iterator[App]:
    """An app with an empty store."""
    app = App(Settings(pack=pack, database="memory://"))
    yield app
    app.close()


def put(contexts: Contexts, uri: str, version: int = 1) -> None:
    namespace, _, name = uri.removeprefix("context://").partition("/")
    contexts.put(
        LOCAL,
        Address(namespace, name),
        {"exclude": [f"v{version}"]},
        type="project",
        condition=Condition(if_version=version - 1),
    )


async def put_by(client: Client, uri: str, version: int = 1) -> None:
    given = {"context": uri.removeprefix("context://"), "type": "project", "body": {"exclude": [f"v{version}"]}}
    answer = await client.call_tool("put_context", {**given, "if_version": version - 1})
    assert not answer.is_error, answer.content


async def heard(stream: Any, *wanted: ServerEvent) -> list[ServerEvent]:
    """What a stream said until all of these were said."""
    found: list[ServerEvent] = []
    with anyio.fail_after(PATIENCE):
        while not set(wanted) <= set(found):
            found.append(await anext(stream))
    return found


# What is told


async def test_a_listener_is_told_of_each_change_and_of_the_list_when_a_context_comes_or_goes(keeping: App) -> None:
    async with (
        connected(keeping) as client,
        client.listen(resources_list_changed=True, resource_subscriptions=[SHOP]) as stream,
    ):
        put(keeping.contexts, SHOP)
        assert await heard(stream, ResourcesListChanged(), ResourceUpdated(SHOP)) == [
            ResourcesListChanged(),
            ResourceUpdated(SHOP),
        ]
        put(keeping.contexts, SHOP, 2)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]
        keeping.contexts.delete(LOCAL, Address("shop", "conventions"), condition=Condition(if_version=2))
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourcesListChanged(), ResourceUpdated(SHOP)]


async def test_what_changes_nothing_and_what_nobody_listens_to_is_not_told(keeping: App) -> None:
    async with connected(keeping) as client, client.listen(resource_subscriptions=[SHOP]) as stream:
        put(keeping.contexts, BANK)
        put(keeping.contexts, SHOP)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]
        keeping.contexts.put(LOCAL, Address("shop", "conventions"), {"exclude": ["v1"]}, type="project")
        put(keeping.contexts, SHOP, 2)
        await heard(stream, ResourceUpdated(SHOP))
        put(keeping.contexts, SHOP, 3)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]


async def test_the_document_that_is_read_after_a_notice_is_the_new_one(keeping: App) -> None:
    async with connected(keeping) as client:
        await put_by(client, SHOP)
        async with client.listen(resource_subscriptions=[SHOP]) as stream:
            for version in range(2, 12):
                await put_by(client, SHOP, version)
                await heard(stream, ResourceUpdated(SHOP))
                (content,) = (await client.read_resource(SHOP)).contents
                assert f"v{version}" in getattr(content, "text", "")


async def test_an_older_client_is_told_of_what_it_subscribed_to_and_of_lists(keeping: App) -> None:
    async with legacy(keeping) as (client, told):
        await client.subscribe_resource(SHOP)  # type: ignore[deprecated]
        await client.subscribe_resource(BANK)  # type: ignore[deprecated]
        await client.unsubscribe_resource(BANK)  # type: ignore[deprecated]
        put(keeping.contexts, BANK)
        put(keeping.contexts, SHOP)
        found = await told.until(f"notifications/resources/updated {SHOP}")
        assert "notifications/resources/list_changed" in found
        assert f"notifications/resources/updated {BANK}" not in [*found, *told.rest()]


async def test_a_registered_schema_changes_the_list(keeping: App) -> None:
    async with connected(keeping) as client, client.listen(resources_list_changed=True) as stream:
        schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
        await anyio.to_thread.run_sync(lambda: keeping.contexts.register_schema(LOCAL, "note", schema))
        assert await heard(stream, ResourcesListChanged()) == [ResourcesListChanged()]


# Who is told


@asynccontextmanager
async def as_caller(app: App, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A client whose token says who it is; there is no transport with tokens yet, so the one place says it."""
    monkeypatch.setattr(listeners, "caller_of", lambda _: caller)
    async with connected(build_server(app)) as client:
        yield client


def subscription(stream: Subscription) -> list[str]:
    return list(stream.honored.resource_subscriptions or ())


async def test_what_a_caller_may_not_read_is_left_out_when_it_begins_to_listen(
    keeping: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.contexts.grant(LOCAL, Grant("shop", ANN.subject, "reader"))
    put(keeping.contexts, BANK)
    async with (
        as_caller(keeping, ANN, monkeypatch) as client,
        client.listen(resource_subscriptions=[SHOP, BANK, "context://nowhere/nothing", "skill://x/SKILL.md"]) as stream,
    ):
        assert subscription(stream) == [SHOP, "skill://x/SKILL.md"]
        put(keeping.contexts, BANK, 2)
        put(keeping.contexts, SHOP)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]


async def test_lists_are_told_only_to_those_who_may_read_what_came(
    keeping: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.contexts.grant(LOCAL, Grant("shop", ANN.subject, "reader"))
    async with (
        as_caller(keeping, ANN, monkeypatch) as client,
        client.listen(resources_list_changed=True, resource_subscriptions=[SHOP]) as stream,
    ):
        put(keeping.contexts, BANK)
        put(keeping.contexts, SHOP)
        await heard(stream, ResourceUpdated(SHOP))
        put(keeping.contexts, "context://bank/other")
        put(keeping.contexts, SHOP, 2)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]


async def test_a_grant_that_is_taken_back_ends_the_notices_of_an_open_stream(
    keeping: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = Grant("shop", ANN.subject, "reader")
    keeping.contexts.grant(LOCAL, grant)
    keeping.contexts.grant(LOCAL, Grant("bank", ANN.subject, "reader"))
    async with (
        as_caller(keeping, ANN, monkeypatch) as client,
        client.listen(resource_subscriptions=[SHOP, BANK]) as stream,
    ):
        put(keeping.contexts, SHOP)
        await heard(stream, ResourceUpdated(SHOP))
        keeping.contexts.grant(LOCAL, grant, revoke=True)
        put(keeping.contexts, SHOP, 2)
        put(keeping.contexts, BANK)
        assert await heard(stream, ResourceUpdated(BANK)) == [ResourceUpdated(BANK)]
        keeping.contexts.grant(LOCAL, grant)
        put(keeping.contexts, SHOP, 3)
        assert await heard(stream, ResourceUpdated(SHOP)) == [ResourceUpdated(SHOP)]


async def test_an_older_client_cannot_subscribe_to_what_it_may_not_read(
    keeping: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "caller_of", lambda _: ANN)
    keeping.contexts.grant(LOCAL, Grant("shop", ANN.subject, "reader"))
    put(keeping.contexts, BANK)
    async with legacy(keeping) as (client, told):
        refusals = []
        for uri in (BANK, "context://bank/nothing", "context://nowhere/nothing"):
            with pytest.raises(MCPError) as refused:
                await client.subscribe_resource(uri)  # type: ignore[deprecated]
            refusals.append(refused.value.error.message.replace(uri, "it"))
        assert len(set(refusals)) == 1
        await client.subscribe_resource(SHOP)  # type: ignore[deprecated]
        put(keeping.contexts, BANK, 2)
        put(keeping.contexts, SHOP)
        found = await told.until(f"notifications/resources/updated {SHOP}")
        assert found.count("notifications/resources/list_changed") == 1


# Several processes


@dataclass(frozen=True)
class Replicated:
    """What replicas share."""

    database: str
    bus: str
    pack: Path

    def environment(self) -> dict[str, str]:
        return {**os.environ, "BACKWRIGHT_DATABASE_URL": self.database, "BACKWRIGHT_BUS_URL": self.bus}

    @contextmanager
    def http(self) -> Iterator[str]:
        """A replica that serves over HTTP."""
        command = (*COMMAND, "--pack", str(self.pack), "--http", "--port", "0")
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=self.environment()) as process:
            try:
                assert process.stderr is not None
                found = next((match for line in process.stderr if (match := re.search(r"http://\S+", line))), None)
                assert found is not None
                yield found[0]
            finally:
                process.terminate()
                process.wait(PATIENCE)

    @asynccontextmanager
    async def stdio(self) -> AsyncIterator[Client]:
        """A replica over pipes, and its client."""
        command = [*COMMAND[1:], "--pack", str(self.pack)]
        target = StdioServerParameters(command=COMMAND[0], args=command, env=self.environment())
        async with Client(target, read_timeout_seconds=PATIENCE) as client:
            yield client


@pytest.fixture
def redis_of_own(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def shared(pack: Path, redis_of_own: OwnRedis) -> Iterator[Replicated]:
    """One PostgreSQL and one Redis, which does not run yet."""
    with fresh_database() as database:
        yield Replicated(database, redis_of_own.url, pack)


async def test_a_put_through_one_replica_is_heard_by_the_listeners_of_the_other(
    shared: Replicated, redis_of_own: OwnRedis
) -> None:
    redis_of_own.start()
    with shared.http() as first, shared.http() as second:
        async with (
            connected(first) as writer,
            connected(second) as reader,
            connected(second) as other,
            reader.listen(resources_list_changed=True, resource_subscriptions=[SHOP]) as stream,
            other.listen(resource_subscriptions=[SHOP]) as another,
            writer.listen(resource_subscriptions=[SHOP]) as own,
        ):
            for version in range(1, 6):
                await put_by(writer, SHOP, version)
                for each in (stream, another, own):
                    await heard(each, ResourceUpdated(SHOP))
                (content,) = (await reader.read_resource(SHOP, cache_mode="bypass")).contents
                assert f"v{version}" in getattr(content, "text", "")


async def test_replicas_that_start_before_redis_and_lose_it_hear_everything_when_it_is_there(
    shared: Replicated, redis_of_own: OwnRedis
) -> None:
    uris = [f"context://shop/n{number}" for number in range(4)]
    with shared.http() as first, shared.http() as second:
        async with (
            connected(first) as writer,
            connected(second) as reader,
            reader.listen(resource_subscriptions=uris) as stream,
        ):
            await put_by(writer, uris[0])
            redis_of_own.start()
            await heard(stream, ResourceUpdated(uris[0]))
            redis_of_own.kill()
            await put_by(writer, uris[1])
            await put_by(writer, uris[2])
            redis_of_own.start()
            await put_by(writer, uris[3])
            await heard(stream, *(ResourceUpdated(uri) for uri in uris[1:]))


async def test_a_replica_over_stdio_hears_a_replica_over_http(shared: Replicated, redis_of_own: OwnRedis) -> None:
    redis_of_own.start()
    with anyio.fail_after(PATIENCE), shared.http() as url:
        async with (
            connected(url) as writer,
            shared.stdio() as reader,
            reader.listen(resource_subscriptions=[SHOP]) as stream,
        ):
            await put_by(writer, SHOP)
            await heard(stream, ResourceUpdated(SHOP))


async def test_two_assistants_on_one_file_hear_each_other_without_any_bus(pack: Path, tmp_path: Path) -> None:
    shared = Replicated(f"sqlite:///{tmp_path / 'contexts.db'}", "memory://", pack)
    (tmp_path / "contexts.db").touch()
    with anyio.fail_after(PATIENCE):
        async with (
            shared.stdio() as first,
            shared.stdio() as second,
            first.listen(resources_list_changed=True, resource_subscriptions=[SHOP]) as stream,
            second.listen(resource_subscriptions=[SHOP]) as other,
        ):
            await put_by(first, SHOP)
            await heard(stream, ResourceUpdated(SHOP))
            await heard(other, ResourceUpdated(SHOP))
            await put_by(second, SHOP, 2)
            await heard(stream, ResourceUpdated(SHOP))
            await heard(other, ResourceUpdated(SHOP))


async def test_a_server_that_is_told_to_end_has_handed_on_what_was_put(pack: Path, tmp_path: Path) -> None:
    database, path = f"sqlite:///{tmp_path / 'contexts.db'}", tmp_path / "events.jsonl"
    (tmp_path / "contexts.db").touch()
    with Replicated(database, f"file://{path}", pack).http() as url:
        async with connected(url) as client:
            await put_by(client, SHOP)
            await put_by(client, SHOP, 2)
    assert [event.version for event in events_of(path)] == [1, 2]
    with Opened(open_store(database)) as store:
        assert store.read(lambda unit: unit.due(datetime.now(UTC) + timedelta(days=1), 9)) == []


async def test_a_bus_that_has_no_such_url_leaves_the_server_at_work(pack: Path) -> None:
    app = App(Settings(pack=pack, database="memory://", bus="carrier-pigeon://roof"))
    async with connected(app) as client, client.listen(resource_subscriptions=["skill://x/SKILL.md"]):
        answer = await client.call_tool("get_context", {})
        assert answer.is_error
        assert "begin it with one of" in getattr(answer.content[0], "text", "")
        assert (await client.list_tools()).tools
    app.close()
