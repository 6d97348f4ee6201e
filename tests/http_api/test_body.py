from __future__ import annotations

from collections.abc import Iterator

import anyio
from starlette.types import Message, Receive, Scope, Send

from backwright.http_api.guard import Guard

SCOPE: Scope = {
    "type": "http",
    "method": "POST",
    "path": "/mcp",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
}


async def _answer(guard: Guard, receive: Receive) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with anyio.fail_after(20):
        await guard(SCOPE, receive, send)
    return sent


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    after = (await receive())["type"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body + after.encode()})


async def test_a_body_that_never_ends_is_timed_out() -> None:
    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    sent = await _answer(Guard(_echo, max_body=10, body_seconds=0.01), receive)
    assert sent[0]["status"] == 408


async def test_a_body_in_parts_arrives_whole_and_the_disconnect_after_it() -> None:
    parts: Iterator[Message] = iter(
        [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"cd", "more_body": False},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Message:
        return next(parts)

    sent = await _answer(Guard(_echo, max_body=10), receive)
    assert sent[1]["body"] == b"abcdhttp.disconnect"


async def test_a_body_of_exactly_the_limit_is_read_and_one_more_byte_is_not() -> None:
    for size, status in ((10, 200), (11, 413)):
        parts: Iterator[Message] = iter(
            [{"type": "http.request", "body": b"x" * size, "more_body": False}, {"type": "http.disconnect"}]
        )

        async def receive(parts: Iterator[Message] = parts) -> Message:
            return next(parts)

        assert (await _answer(Guard(_echo, max_body=10), receive))[0]["status"] == status
