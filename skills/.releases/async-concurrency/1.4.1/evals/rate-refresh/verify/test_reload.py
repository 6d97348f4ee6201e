"""The service, run by its lifespan, against a bank that counts and may be down."""

import asyncio
import logging
from collections.abc import Callable
from decimal import Decimal

import pytest
from shop.app import create_app

TURNS = 400


class Bank:
    def __init__(self, down: Callable[[int], bool] = lambda _: False) -> None:
        self.asked = 0
        self.down = down

    async def load(self) -> dict[str, Decimal]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.down(self.asked):
            raise ConnectionError("the bank is down")
        return {"CHF": Decimal(self.asked)}


async def until(true: Callable[[], bool]) -> bool:
    for _ in range(TURNS):
        if true():
            return True
        await asyncio.sleep(0.001)
    return False


def test_the_rates_are_there_when_the_service_starts() -> None:
    async def scene() -> Decimal:
        app = create_app(Bank().load, 60)
        async with app.router.lifespan_context(app):
            return app.state.rates["CHF"]

    assert asyncio.run(scene()) == 1


def test_the_rates_are_reloaded() -> None:
    async def scene() -> bool:
        app = create_app(Bank().load, 0.001)
        async with app.router.lifespan_context(app):
            return await until(lambda: app.state.rates["CHF"] > 2)

    assert asyncio.run(scene()), "the rates stay as they were"


def test_a_failed_reload_is_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> bool:
        app = create_app(Bank(lambda asked: asked == 2).load, 0.001)
        async with app.router.lifespan_context(app):
            return await until(lambda: app.state.rates["CHF"] > 2)

    with caplog.at_level(logging.DEBUG):
        assert asyncio.run(scene()), "no reload after the one that failed"
    assert any(record.levelno >= logging.WARNING for record in caplog.records), "nobody is told that it failed"


def test_the_reload_has_ended_when_the_service_stops() -> None:
    async def scene() -> tuple[int, int]:
        bank = Bank()
        app = create_app(bank.load, 0.001)
        before = asyncio.all_tasks()
        async with app.router.lifespan_context(app):
            assert await until(lambda: bank.asked > 1), "nothing is reloaded"
        return len(asyncio.all_tasks() - before), bank.asked

    assert asyncio.run(scene())[0] == 0, "a task goes on after the service stopped"
