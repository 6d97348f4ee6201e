"""A carrier that answers, drips, hangs or is down; what drips or hangs does so for a while and answers then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
from shop.carrier import CarrierClient, CarrierDownError

GOOD = b'[{"service": "parcel", "cents": 990}]'
SECONDS = 0.05
TURNS = 150


class Drips(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(TURNS):
            await asyncio.sleep(0.01)
            yield b" "
        yield GOOD


async def drip(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, stream=Drips())


async def hang(_: httpx2.Request) -> httpx2.Response:
    for _turn in range(TURNS):
        await asyncio.sleep(0.01)
    return httpx2.Response(200, content=GOOD)


def ask(handle: Callable[[httpx2.Request], Awaitable[httpx2.Response]]) -> str:
    async def scene() -> str:
        transport = httpx2.MockTransport(handle)
        async with httpx2.AsyncClient(base_url="https://carrier.example", transport=transport) as http:
            try:
                quotes = await CarrierClient(http, SECONDS).quotes(7)
            except CarrierDownError:
                return "down"
            return ", ".join(f"{quote.service} {quote.cents}" for quote in quotes) or "no quotes"

    return asyncio.run(scene())


def answering(code: int, content: bytes) -> Callable[[httpx2.Request], Awaitable[httpx2.Response]]:
    async def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(code, content=content)

    return answer


def test_quotes_come_as_before() -> None:
    assert ask(answering(200, GOOD)) == "parcel 990"
    assert ask(answering(200, b"[]")) == "no quotes"


def test_an_answer_that_does_not_fit_is_our_error() -> None:
    assert ask(answering(200, b"<html>")) == "down"


def test_a_body_that_drips_ends_in_our_error() -> None:
    assert ask(drip) == "down", "it waited until the carrier was done"


def test_a_carrier_that_says_nothing_ends_in_our_error() -> None:
    assert ask(hang) == "down", "it waited until the carrier was done"


def test_a_carrier_that_is_down_is_not_one_without_quotes() -> None:
    assert ask(answering(503, b"")) == "down", "an outage looks like a carrier that does not go there"
