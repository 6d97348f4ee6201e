"""Bytes as no client library sends them: what could be read in two ways, and what never ends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backwright.http_api.wire import MOST_HELD, READ_SECONDS, Gathering, PatientH11
from tests.http_api._raw import exchange, headers, message

BODY = message()


def request(port: int, *, first: str = "POST /mcp HTTP/1.1", **changed: str) -> bytes:
    given = {**headers(BODY, port), **{name.replace("_", "-"): value for name, value in changed.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{first}\r\n{lines}\r\n".encode("latin-1") + BODY


def raw(port: int, data: bytes) -> tuple[int, int]:
    """The status of the first answer, and how many answers there were."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    return int(received.split(b" ", 2)[1]) if received else 0, received.count(b"HTTP/1.1 ")


SMUGGLED = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: -1",
        "Content-Length : 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding: \x00chunked",
        "X: y\rTransfer-Encoding: chunked",
    ],
)
def test_a_body_of_two_lengths_is_refused_and_nothing_behind_it_is_answered(port: int, framing: str) -> None:
    head = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
    status, answers = raw(port, head.encode("latin-1") + b"0\r\n\r\n" + SMUGGLED)
    assert status in {400, 413, 501}
    assert answers == 1


@pytest.mark.parametrize(
    "first",
    [
        "POST /mcp HTTP/1.1\r\nX Y: z",
        "POST  /mcp HTTP/1.1",
        "POST /mcp",
        "POST /m cp HTTP/1.1",
        "\x16\x03\x01\x02\x00\x01",
        "POST /mcp\x00 HTTP/1.1",
    ],
)
def test_what_is_no_request_line_is_refused(port: int, first: str) -> None:
    status, answers = raw(port, request(port, first=first))
    assert (status, answers) == (400, 1)


@pytest.mark.parametrize("version", ["0.9", "1.2", "2.0", "9.9"])
def test_another_version_is_not_spoken(port: int, version: str) -> None:
    assert raw(port, request(port, first=f"POST /mcp HTTP/{version}")) == (505, 1)


@pytest.mark.parametrize(
    "target", ["/mcp/", "//mcp", "/mcp/.", "/MCP", "/mcp%2f", "/./mcp", "*", "http://evil.example/mcp"]
)
def test_the_endpoint_has_one_spelling(port: int, target: str) -> None:
    assert raw(port, request(port, first=f"POST {target} HTTP/1.1"))[0] in {400, 404, 405}


def test_a_name_in_percent_signs_is_guarded_like_the_name(port: int) -> None:
    assert raw(port, request(port, first="POST /%6dcp HTTP/1.1"))[0] == 200
    assert raw(port, request(port, first="GET /%6dcp HTTP/1.1"))[0] == 405
    assert raw(port, request(port, first="POST /%6dcp HTTP/1.1", content_type="text/plain"))[0] == 415


def test_pipelined_requests_are_answered_each_once_and_in_order(port: int) -> None:
    kept = request(port, connection="keep-alive")
    assert raw(port, kept + kept) == (200, 2)


def test_no_other_protocol_is_spoken(port: int) -> None:
    asked = b"connection: Upgrade\r\nupgrade: websocket"
    upgraded = request(port, connection="Upgrade").replace(b"connection: Upgrade", asked)
    assert raw(port, upgraded)[0] in {200, 400}
    assert exchange(port, request(port, expect="100-continue")).status in {100, 200}


@asynccontextmanager
async def patient(
    seconds: float,
    app: ASGIApp = PlainTextResponse("ok"),  # noqa: B008  it keeps nothing
    *,
    read_seconds: float = READ_SECONDS,
) -> AsyncIterator[int]:
    """A server in this process that waits so long for headers, and for whoever takes its answers."""

    class Patient(PatientH11):
        header_seconds = seconds

    Patient.read_seconds = read_seconds

    config = uvicorn.Config(app, port=0, http=Patient, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def _closed(port: int, *parts: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What is answered until the server closes, and after how many seconds it does."""
    # Before there is a connection, for the server may count from its beginning while this one has to wait its turn.
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)

    dripping = asyncio.create_task(drip())
    answer = b""
    try:
        async with asyncio.timeout(20):
            # Whoever closes while bytes that it did not read lie there resets the connection.
            with suppress(ConnectionResetError):
                while chunk := await reader.read(65_536):
                    answer += chunk
            return answer, time.monotonic() - started
    finally:
        dripping.cancel()
        writer.close()


@pytest.mark.parametrize("parts", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\n", *[b"a: b\r\n"] * 200)])
async def test_headers_that_do_not_arrive_in_time_end_the_connection(parts: tuple[bytes, ...]) -> None:
    async with patient(0.2) as port:
        answer, seconds = await _closed(port, *parts, pause=0.02)
    assert answer == b""
    assert 0.2 <= seconds < 3


async def test_a_second_request_has_its_own_time() -> None:
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    async with patient(1) as port:
        answer, seconds = await _closed(port, whole, whole[:9], pause=0.6)
    assert answer.count(b"200 OK") == 1
    assert 1.6 <= seconds < 4


async def test_a_request_that_takes_long_to_answer_is_not_cut_off() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1.2)
        await PlainTextResponse("ok")(scope, receive, send)

    whole = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    async with patient(1, slow) as port:
        answer, seconds = await _closed(port, whole)
    assert b"200 OK" in answer
    assert seconds >= 1.2


@asynccontextmanager
async def unread(port: int, head: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """A client that has asked, and takes no more of the answer than it is told to and the system does on its own."""
    with socket.socket() as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        asking.connect(("127.0.0.1", port))
        asking.sendall(head)
        asking.setblocking(False)  # noqa: FBT003  it takes no keyword
        reader, writer = await asyncio.open_connection(sock=asking, limit=4_096)
        yield reader
        writer.transport.abort()


LARGE = b"a" * (32 * 1024 * 1024)


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
async def test_whoever_does_not_take_an_answer_is_let_go(connection: bytes) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: " + connection + b"\r\n\r\n"
    async with patient(5, PlainTextResponse(LARGE), read_seconds=0.2) as port, unread(port, head) as reader:
        async with asyncio.timeout(20):
            # The system takes some of it on its own; the rest is never sent.
            await asyncio.sleep(1)
            received = await everything(reader)
    assert received < len(LARGE)


async def everything(reader: asyncio.StreamReader) -> int:
    """How many bytes there are until the end, whoever ends it."""
    received = 0
    with suppress(ConnectionResetError):
        while chunk := await reader.read(65_536):
            received += len(chunk)
    return received


async def test_whoever_takes_an_answer_slowly_gets_all_of_it() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    async with patient(5, PlainTextResponse(LARGE), read_seconds=2) as port, unread(port, head) as reader:
        received, started = 0, time.monotonic()
        async with asyncio.timeout(60):
            while chunk := await reader.read(1024 * 1024):
                received += len(chunk)
                # Longer than the patience in all, and never for so long at once.
                await asyncio.sleep(0.001 if time.monotonic() - started < 5 else 0)
    assert received > len(LARGE)


class Sent(asyncio.Transport):
    """A connection that keeps what it is given, a piece for each call to the system."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.ended = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def is_closing(self) -> bool:
        return bool(self.ended)


async def test_what_is_written_in_one_turn_of_the_loop_is_sent_together() -> None:
    sent = Sent()
    gathering = Gathering(sent, asyncio.get_running_loop())
    gathering.write(b"head")
    gathering.write(b"")
    gathering.write(b"body")
    assert sent.pieces == []
    await asyncio.sleep(0)
    assert sent.pieces == [b"headbody"]
    gathering.write(b"next")
    gathering.flush()
    await asyncio.sleep(0)
    assert sent.pieces == [b"headbody", b"next"]


async def test_no_more_is_held_back_than_its_most() -> None:
    sent = Sent()
    gathering = Gathering(sent, asyncio.get_running_loop())
    gathering.write(b"a" * MOST_HELD)
    assert sent.pieces == []
    gathering.write(b"b")
    assert sent.pieces == [b"a" * MOST_HELD + b"b"]


async def test_what_is_held_is_sent_before_the_end_and_dropped_by_an_abort() -> None:
    sent, cut = Sent(), Sent()
    for connection in (
        (closing := Gathering(sent, asyncio.get_running_loop())),
        Gathering(cut, asyncio.get_running_loop()),
    ):
        connection.write(b"last")
        connection.close() if connection is closing else connection.abort()
        assert connection.is_closing()
    await asyncio.sleep(0)
    assert (sent.pieces, sent.ended) == ([b"last"], "closed")
    assert (cut.pieces, cut.ended) == ([], "aborted")


async def test_a_part_of_an_answer_does_not_wait_for_the_rest() -> None:
    heard = asyncio.Event()

    async def halting(scope: Scope, _: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await heard.wait()
        await send({"type": "http.response.body", "body": b"rest"})

    async with patient(5, halting) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(4) == b"half"
        heard.set()
        assert await reader.readexactly(4) == b"rest"
        writer.close()


async def test_a_body_that_comes_after_its_refusal_is_passed_over_and_the_next_request_answered() -> None:
    asked = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
    async with patient(5) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            # The application answers without a look at the body, which is sent when the answer is there.
            writer.write(asked)
            assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
            writer.write(b"body")
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).count(b"HTTP/1.1 200") == 1
        writer.close()


async def test_a_body_that_never_ends_after_its_refusal_ends_the_connection() -> None:
    asked = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    async with patient(0.2) as port:
        answer, seconds = await _closed(port, asked, *[b"body"] * 500, pause=0.02)
    assert answer.count(b"HTTP/1.1 200") == 1
    assert seconds < 10


async def test_an_answer_larger_than_what_is_held_arrives_whole() -> None:
    large = bytes(range(256)) * 4096
    async with patient(5, PlainTextResponse(large)) as port:
        answer, _ = await _closed(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n" + large)
