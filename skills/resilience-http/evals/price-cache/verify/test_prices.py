"""Prices, with an ERP system that counts what it is asked."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from decimal import Decimal

from shop.customer import customer
from shop.erp import Erp, ErpDownError
from shop.prices import PriceList

Answer = Callable[[int, str, str], Decimal | None]
MANY = 60_000


class Price(Decimal):
    """A price that can be watched."""


class Scene:
    """Answers by the number of the question, the customer and the SKU."""

    def __init__(self, answer: Answer = lambda *_: Decimal(1)) -> None:
        self.now = 1_000.0
        self.asked = 0
        self.answer = answer
        self.prices = PriceList(Erp(self.ask), lambda: self.now)

    async def ask(self, who: str, sku: str) -> Decimal | None:
        self.asked += 1
        return self.answer(self.asked, who, sku)

    async def price(self, sku: str, who: str = "ada") -> Decimal | None:
        customer.set(who)
        return await self.prices.price(sku)


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await scene()

    asyncio.run(main())


def test_a_price_is_asked_for_once_a_minute() -> None:
    async def scene() -> None:
        at = Scene(lambda number, *_: Decimal(number))
        assert await at.price("a") == 1
        at.now += 59
        assert await at.price("a") == 1, "asked again before the minute was over"
        at.now += 2
        assert await at.price("a") == 2, "kept longer than a minute"

    run(scene)


def test_each_item_has_its_own_price() -> None:
    async def scene() -> None:
        at = Scene(lambda _, _who, sku: Decimal(len(sku)))
        assert [await at.price(sku) for sku in ("a", "bb", "a")] == [1, 2, 1]

    run(scene)


def test_each_customer_sees_their_own_price() -> None:
    async def scene() -> None:
        at = Scene(lambda _, who, _sku: Decimal(10 if who == "ada" else 20))
        assert await at.price("a", "ada") == 10
        assert await at.price("a", "bob") == 20, "bob was shown the price of ada"

    run(scene)


def test_the_cache_does_not_grow_without_end() -> None:
    async def scene() -> None:
        alive: list[weakref.ref[Price]] = []

        def answer(*_: object) -> Decimal:
            price = Price(len(alive))
            alive.append(weakref.ref(price))
            return price

        at = Scene(answer)
        for number in range(MANY):
            await at.price(f"sku {number}")
            at.now += 1
        kept = sum(price() is not None for price in alive)
        assert kept < MANY * 0.9, f"of {MANY} prices, one each second, {kept} are still kept"

    run(scene)


def test_an_unknown_price_is_asked_for_again() -> None:
    async def scene() -> None:
        at = Scene(lambda number, *_: None if number == 1 else Decimal(5))
        assert await at.price("a") is None
        assert await at.price("a") == 5, "no price was kept as if it were one"

    run(scene)


def test_a_failure_is_raised_and_not_kept() -> None:
    async def scene() -> None:
        def answer(number: int, *_: str) -> Decimal:
            if number == 1:
                raise ErpDownError
            return Decimal(5)

        at = Scene(answer)
        try:
            await at.price("a")
        except ErpDownError:
            pass
        else:
            raise AssertionError("the failure was swallowed")
        assert await at.price("a") == 5

    run(scene)
