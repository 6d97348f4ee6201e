"""Against a service that counts what is open, and answers only when the loop has had its turns."""

import asyncio
from decimal import Decimal

from shop.pricing import price_batch

TURNS = 5


class Service:
    def __init__(self, unknown: str = "") -> None:
        self.open = self.most = self.asked = 0
        self.unknown = unknown

    async def price(self, sku: str) -> Decimal:
        self.asked += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for _ in range(TURNS if sku != self.unknown else 1):
                await asyncio.sleep(0)
            if sku == self.unknown:
                raise LookupError(sku)
            return Decimal(sku)
        finally:
            self.open -= 1


def skus(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_prices_come_in_the_order_of_the_items() -> None:
    assert asyncio.run(price_batch(Service(), skus(30))) == [Decimal(number) for number in range(30)]


def test_an_empty_batch_has_no_prices() -> None:
    assert asyncio.run(price_batch(Service(), [])) == []


def test_requests_overlap() -> None:
    service = Service()
    asyncio.run(price_batch(service, skus(30)))
    assert service.most > 1, "one request at a time"


def test_a_large_batch_keeps_few_requests_open() -> None:
    service = Service()
    asyncio.run(price_batch(service, skus(2_000)))
    assert service.most <= 200, f"{service.most} requests were open at once"


def test_a_failure_leaves_no_request_running() -> None:
    service = Service(unknown="3")

    async def fail() -> int:
        try:
            await price_batch(service, skus(100))
        except BaseException:  # an ExceptionGroup is as good
            return service.open
        raise AssertionError("the batch did not fail")

    assert asyncio.run(fail()) == 0, "requests go on after the batch failed"
