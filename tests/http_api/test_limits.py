"""What one client may take: buckets by a clock of the test, streams and bodies through the real middleware."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from backwright.errors import InvalidInputError
from backwright.http_api.guard import Guard
from backwright.http_api.limits import BURST_SECONDS, RATE, STREAMS, Buckets, Crowd, Each, Limits, address_of, client_of
from backwright.identity.principal import SCOPE_KEY, Principal
from tests.http_api._raw import headers, message, send
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def scope_of(path: str = "/mcp", client: str = "127.0.0.1", **head: str) -> Scope:
    given_head = [(name.replace("_", "-").encode(), value.encode()) for name, value in head.items()]
    return {"type": "http", "method": "POST", "path": path, "headers": given_head, "client": (client, 1)}


# Rates


def test_a_quiet_client_may_come_at_once_for_a_few_seconds_and_then_at_its_rate() -> None:
    clock = Clock()
    buckets = Buckets(2, clock=clock)
    assert [buckets.take("a") for _ in range(int(2 * BURST_SECONDS))] == [0.0] * int(2 * BURST_SECONDS)
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0
    clock.now = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from("abc")), max_size=200), st.floats(0.1, 50))
def test_no_client_gets_more_than_its_rate_and_its_burst(steps: list[tuple[float, str]], rate: float) -> None:
    clock, taken = Clock(), dict.fromkeys("abc", 0)
    buckets = Buckets(rate, clock=clock)
    for wait, client in steps:
        clock.now += wait
        later = buckets.take(client)
        taken[client] += not later
        assert 0 <= later <= 1 / rate + 1e-6
    most = max(1.0, rate * BURST_SECONDS) + rate * clock.now + 1e-6
    assert all(count <= most for count in taken.values())


def test_no_more_clients_are_remembered_than_so_many() -> None:
    buckets = Buckets(1, clock=Clock(), most=3)
    for client in "abcdabcd":
        buckets.take(client)
        assert len(buckets) <= 3


@pytest.mark.parametrize(
    ("said", "rate", "streams"),
    [({}, RATE, STREAMS), ({"BACKWRIGHT_RATE": "off", "BACKWRIGHT_STREAMS": " 3 "}, None, 3)],
)
def test_limits_are_those_of_the_environment_where_clients_are_told_apart(
    said: dict[str, str], rate: float | None, streams: int
) -> None:
    found = Limits.from_environment(said, apart=True)
    assert (found.rate, found.streams) == (rate, streams)


def test_on_a_loopback_interface_nobody_is_limited_unless_it_is_said() -> None:
    assert Limits.from_environment({}, apart=False) == Limits(None, None)
    assert Limits.from_environment({"BACKWRIGHT_RATE": "5"}, apart=False).rate == 5


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "many", "\u0663", "9999999"])
def test_a_limit_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(InvalidInputError, match="BACKWRIGHT_RATE"):
        Limits.from_environment({"BACKWRIGHT_RATE": said}, apart=False)


# Who is who


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_an_ipv6_client_is_its_network(one: str, other: str, same: bool) -> None:  # noqa: FBT001  pytest gives it
    assert (address_of(scope_of(client=one)) == address_of(scope_of(client=other))) == same


def test_a_client_is_its_principal_wherever_it_comes_from() -> None:
    mine = Principal("https://issuer.example", "me", frozenset())
    here, there = ({**scope_of(client=f"192.0.2.{number}"), SCOPE_KEY: mine} for number in (1, 2))
    assert client_of(here) == client_of(there) != client_of(scope_of(client="192.0.2.1"))
    assert client_of({"type": "http", "client": None}) == "address "


# Streams and bodies


async def test_a_client_has_so_many_streams_and_another_has_its_own() -> None:
    opened, done = 0, anyio.Event()

    async def stream(_: Scope, __: Receive, send: Send) -> None:
        nonlocal opened
        opened += 1
        await done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app, statuses = Each(stream, limits=Limits(streams=2)), list[int]()

    async def ask(scope: Scope) -> None:
        async def keep(said: Message) -> None:
            if said["type"] == "http.response.start":
                statuses.append(said["status"])

        await app(scope, _nothing, keep)

    listening = scope_of(mcp_method="subscriptions/listen")
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for scope in (listening, listening, scope_of(client="192.0.2.9", mcp_method="subscriptions/listen")):
                group.start_soon(ask, scope)
            while opened < 3:
                await anyio.lowlevel.checkpoint()
            await ask(listening)
            assert statuses == [429]
            group.start_soon(ask, scope_of(mcp_method="tools/list"))
            done.set()
        await ask(listening)
    assert statuses == [429, 200, 200, 200, 200, 200]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def test_no_more_is_held_than_so_much_of_all_bodies_together_and_what_is_answered_is_let_go() -> None:
    reading, done = anyio.Event(), anyio.Event()

    async def slow(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        reading.set()
        await done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app = Crowd(Guard(slow, max_body=100), limits=Limits(held=150))
    good = scope_of(host="localhost", content_type="application/json")
    statuses = list[int]()

    async def ask() -> None:
        async def body() -> Message:
            return {"type": "http.request", "body": b"x" * 100, "more_body": False}

        async def keep(said: Message) -> None:
            if said["type"] == "http.response.start":
                statuses.append(said["status"])

        await app(good, body, keep)

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await reading.wait()
            await ask()
            assert statuses == [503]
            done.set()
        await ask()
    assert statuses == [503, 200, 200]


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A process that allows three requests a second, and one stream."""
    pack: Path = write_test_pack(tmp_path_factory.mktemp("limited"))
    os.environ |= {"BACKWRIGHT_RATE": "3", "BACKWRIGHT_STREAMS": "1"}
    try:
        with http_server(pack) as url:
            yield int(url.removesuffix("/mcp").rpartition(":")[2])
    finally:
        del os.environ["BACKWRIGHT_RATE"], os.environ["BACKWRIGHT_STREAMS"]


def test_a_stream_of_notices_is_one_of_so_many_and_cannot_be_called_otherwise(limited: int) -> None:
    body = message("subscriptions/listen", notifications={"toolsListChanged": True})
    head = headers(body, limited, method="subscriptions/listen")
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    with socket.create_connection(("127.0.0.1", limited), timeout=30) as first:
        first.sendall(f"POST /mcp HTTP/1.1\r\n{lines}\r\n".encode() + body)
        # Its first frame says that it is open.
        assert first.recv(65_536).startswith(b"HTTP/1.1 200 ")
        answer = send(limited, head, body)
        assert answer.status == 429
        assert "streams of notices" in str(answer.json["detail"])
        for called in ("tools/list", None):
            other = {**head, "mcp-method": called} if called else {k: v for k, v in head.items() if k != "mcp-method"}
            assert send(limited, other, body).status == 400


def test_a_client_that_asks_too_often_is_told_when_to_come_back_and_whoever_watches_is_not(limited: int) -> None:
    body = message()
    answers = (send(limited, headers(body, limited), body) for _ in range(500))
    refused = next(answer for answer in answers if answer.status != 200)
    assert refused.status == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert {send(limited, headers(b"", limited), request=f"GET {path}").status for path in ("/health", "/ready")} == {
        200
    }
