"""Charges against a provider that keeps its word on idempotency keys, and hiccups."""

import asyncio
from collections.abc import Callable

import httpx2
from shop.payments import PaymentClient, PaymentError

Trouble = Callable[[int], int | Exception | None]
MOST = 10


class Provider:
    """`trouble` says for each request, from 1, with what it ends; None for success. A timeout comes after success."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.keys: list[str | None] = []
        self.stored: dict[str, str] = {}
        self.charges = 0

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        key = request.headers.get("Idempotency-Key")
        self.keys.append(key)
        what = self.trouble(len(self.keys))
        if isinstance(what, int):
            return httpx2.Response(what)
        if key is None or key not in self.stored:
            self.charges += 1
            self.stored[key or f"without {self.charges}"] = f"ch_{self.charges}"
        if what is not None:
            raise what
        return httpx2.Response(200, json={"id": self.stored[key] if key else f"ch_{self.charges}"})


async def no_pause(_: float) -> None:
    await asyncio.sleep(0)


def charge(trouble: Trouble, *orders: int) -> tuple[Provider, list[str]]:
    provider = Provider(trouble)

    async def scene() -> list[str]:
        transport = httpx2.MockTransport(provider.handle)
        async with httpx2.AsyncClient(base_url="https://pay.example", transport=transport) as http:
            client = PaymentClient(http, no_pause)
            return [await client.charge(order, 990) for order in orders or (1,)]

    try:
        return provider, asyncio.run(scene())
    except PaymentError:
        return provider, []


def first(what: int | Exception) -> Trouble:
    return lambda number: what if number == 1 else None


def test_a_503_is_tried_again() -> None:
    assert charge(first(503))[1] == ["ch_1"]


def test_all_attempts_of_a_charge_carry_one_key() -> None:
    provider, _ = charge(first(503))
    assert len(provider.keys) > 1, "it was not tried again"
    assert len(set(provider.keys)) == 1 and provider.keys[0], f"the attempts carried {provider.keys}"


def test_a_timeout_after_success_charges_once() -> None:
    provider, ids = charge(first(httpx2.ReadTimeout("slow")))
    assert provider.charges == 1, f"the customer was charged {provider.charges} times"
    assert ids in ([], ["ch_1"]), ids


def test_two_orders_are_two_charges() -> None:
    provider, ids = charge(lambda _: None, 1, 2)
    assert (provider.charges, ids) == (2, ["ch_1", "ch_2"])


def test_a_refused_card_is_asked_once() -> None:
    provider, ids = charge(lambda _: 402)
    assert not ids, "a refused card is a charge"
    assert len(provider.keys) == 1, f"a refused card was tried {len(provider.keys)} times"


def test_attempts_end_and_the_failure_is_ours() -> None:
    provider, ids = charge(lambda number: 503 if number < 1_000 else None)
    assert not ids, "it never gives up"
    assert 1 < len(provider.keys) <= MOST, f"{len(provider.keys)} attempts"
