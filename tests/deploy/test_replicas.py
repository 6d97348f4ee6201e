"""Two replicas behind nginx: any of them answers, all of them tell, and one of them may go at any time."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import pytest
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.subscriptions import ResourceUpdated

from tests.bench._load import Asked, Outcome, open_loop
from tests.bench.stopping import ended
from tests.catalog._packs import write_pack
from tests.deploy._service import Service, free_port, nginx, service
from tests.http_api._raw import headers, message, send
from tests.mcp_api._connect import PATIENCE, connected, http_server
from tests.mcp_api.test_context_changes import heard, put_by

RATE = 25.0
"""Requests a second while replicas come and go; the bench has more."""

NUMBERS = count()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("service")) as made:
        yield made


def put(port: int) -> bytes:
    """A document that nobody else has written."""
    number = next(NUMBERS)
    arguments = {"context": f"load/n{number}", "type": "project", "body": {"exclude": [f"v{number}"]}}
    return Asked("tools/call", {"name": "put_context", "arguments": {**arguments, "if_version": 0}}).to_bytes(port)


def reads(port: int) -> list[Callable[[], bytes]]:
    asked = (
        Asked("tools/list"),
        Asked("tools/call", {"name": "use_skill", "arguments": {"request": "add a FastAPI endpoint"}}),
        Asked("resources/read", {"uri": "skill://fastapi-endpoint/SKILL.md"}),
    )
    return [lambda one=one: one.to_bytes(port) for one in asked]  # type: ignore[misc]  # bound now


@asynccontextmanager
async def under_load(served: Service, requests: list[Callable[[], bytes]]) -> AsyncIterator[Outcome]:
    """A steady load meanwhile, which has begun; what came of it is whole afterwards."""
    outcome, ended = Outcome(), asyncio.Event()
    load = asyncio.create_task(open_loop(served.port, requests, RATE, ended, outcome))
    try:
        await answered(outcome, 5)
        yield outcome
    finally:
        ended.set()
        await load


async def answered(outcome: Outcome, more: int) -> None:
    """Return once so many more requests have come to an end."""
    wanted = len(outcome.times) + len(outcome.errors) + more
    with anyio.fail_after(PATIENCE):
        while len(outcome.times) + len(outcome.errors) < wanted:  # noqa: ASYNC110  a load tells nobody
            await anyio.sleep(0.01)


# Any of them answers, all of them tell


async def test_a_put_through_nginx_is_heard_by_the_listeners_of_every_replica(served: Service) -> None:
    uri = "context://shop/conventions"
    first, second = served.replicas
    async with (
        connected(served.url) as writer,
        connected(first.url) as one,
        connected(second.url) as other,
        one.listen(resource_subscriptions=[uri]) as of_first,
        other.listen(resource_subscriptions=[uri]) as of_second,
        writer.listen(resource_subscriptions=[uri]) as through_nginx,
    ):
        for version in range(1, 4):
            await put_by(writer, uri, version)
            for stream in (of_first, of_second, through_nginx):
                await heard(stream, ResourceUpdated(uri))


async def test_a_session_goes_on_whichever_replica_its_requests_reach(served: Service) -> None:
    async with connected(served.url) as client:
        session, found = None, list[str]()
        for name in ("async-concurrency", "fastapi-endpoint", "testing-pytest", "async-concurrency"):
            given = {"request": "do it", "name": name} | ({} if session is None else {"session": session})
            answer = await client.call_tool("use_skill", given)
            assert answer.structured_content is not None
            assert session in {None, answer.structured_content["session"]}
            session = answer.structured_content["session"]
        for replica in served.replicas:
            async with connected(replica.url) as direct:
                (content,) = (await direct.read_resource(f"backwright://loaded/{session}")).contents
                record = json.loads(getattr(content, "text", ""))
                found.append(" ".join(each["skill"] for each in record["skills"]))
        assert found == ["async-concurrency fastapi-endpoint testing-pytest"] * 2


def test_a_fleet_of_one_pack_says_so_at_each_replica_and_a_mixed_one_shows(served: Service, tmp_path: Path) -> None:
    with http_server(write_pack(tmp_path, "other")) as url:
        others = urlsplit(url).port
        assert others is not None
        said = [
            json.loads(asked(port, "GET", "/ready")[2]) for port in (*(one.port for one in served.replicas), others)
        ]
    first, second, other = ((one["name"], one["version"], one["manifest"], one["catalog"]) for one in said)
    assert first == second
    assert (other[:2], other[2] == first[2], other[3] == first[3]) == (first[:2], False, False)


# What nginx refuses


def asked(port: int, method: str, path: str, body: bytes = b"", **changed: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **changed})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_nothing_but_a_post_reaches_mcp(served: Service, method: str) -> None:
    status, head, body = asked(served.port, method, "/mcp")
    assert (status, head["allow"], json.loads(body)["status"]) == (405, "POST", 405)


def test_a_body_that_is_too_large_is_refused_by_nginx_and_one_at_the_limit_by_nobody(served: Service) -> None:
    limit = 4 * 1024 * 1024
    status, _, body = asked(served.port, "POST", "/mcp", b" " * (limit + 1))
    assert (status, json.loads(body)["status"]) == (413, 413)
    good = message()
    padded = good + b" " * (limit - len(good))
    answer = send(served.port, headers(padded, served.port), padded)
    assert answer.status == 200


def test_without_any_replica_the_answer_says_when_to_try_again(tmp_path: Path) -> None:
    with nginx(tmp_path, [free_port(), free_port()]) as port:
        for path in ("/mcp", "/health"):
            status, head, body = asked(port, "POST" if path == "/mcp" else "GET", path, message())
            assert (status, head["retry-after"], json.loads(body)["retry"]) == (503, "1", True)


def test_metrics_are_not_for_everyone(served: Service) -> None:
    assert asked(served.port, "GET", "/metrics")[0] == 404
    assert asked(served.port, "GET", "/health")[0] == 200


# They come and go


async def test_a_rolling_restart_loses_no_request(served: Service) -> None:
    async with under_load(served, [*reads(served.port), lambda: put(served.port)]) as outcome:
        for replica in served.replicas:
            await anyio.to_thread.run_sync(served.restart, replica)
    assert outcome.errors == []
    assert len(outcome.times) > 2 * RATE


async def test_when_a_replica_is_killed_readers_go_on_and_its_listeners_are_told(served: Service) -> None:
    killed, _ = served.replicas
    uri = "context://shop/after"
    async with connected(killed.url) as client, client.listen(resource_subscriptions=[uri]) as stream:
        async with under_load(served, reads(served.port)) as outcome:
            await anyio.to_thread.run_sync(killed.stop, signal.SIGKILL)
            await answered(outcome, 20)
        assert outcome.errors == []
        with pytest.raises(SubscriptionLost):
            await anext(stream)
    await anyio.to_thread.run_sync(killed.start)
    async with (
        connected(served.url) as writer,
        connected(killed.url) as again,
        again.listen(resource_subscriptions=[uri]) as heard_again,
    ):
        await put_by(writer, uri)
        await heard(heard_again, ResourceUpdated(uri))


async def test_a_server_that_stops_answers_what_it_was_sent_and_ends_its_streams_in_order(served: Service) -> None:
    replica = served.replicas[0]
    _, answered, lost, streams = await ended(replica, 8, 4)
    assert lost == []
    assert (answered >= 1, streams) == (True, 4)
    await anyio.to_thread.run_sync(replica.start)


def test_a_connection_that_was_made_before_the_end_is_still_answered(served: Service) -> None:
    replica = served.replicas[0]
    body = message()
    head = headers(body, replica.port, connection=None)
    request = "POST /mcp HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", replica.port), timeout=PATIENCE) as quiet:
        assert replica.process is not None
        replica.process.terminate()
        while _listens(replica.port):
            # Asked all the time, it would have little left to stop with.
            time.sleep(0.01)
        quiet.sendall(request.encode() + body)
        received = b""
        while chunk := quiet.recv(65_536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in received.partition(b"\r\n\r\n")[0].lower()
    replica.stop()
    replica.start()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except OSError:
        return False
    return True
