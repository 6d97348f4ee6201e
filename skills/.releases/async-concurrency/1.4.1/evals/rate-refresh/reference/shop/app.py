"""The service and what it holds while it runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal

from fastapi import FastAPI

logger = logging.getLogger(__name__)

Rates = Mapping[str, Decimal]

LOAD_SECONDS = 10.0


def create_app(load: Callable[[], Awaitable[Rates]], seconds: float = 300.0) -> FastAPI:
    """The service.

    Args:
        load: asks the bank for the rates of exchange.
        seconds: how often they are loaded.
    """

    async def reload(app: FastAPI) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                async with asyncio.timeout(LOAD_SECONDS):
                    app.state.rates = await load()
            except Exception:
                logger.exception("the rates were not reloaded; the old ones stay")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.rates = await load()
        task = asyncio.create_task(reload(app), name="rates")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    app = FastAPI(lifespan=lifespan)

    @app.get("/v1/rates/{currency}")
    async def get_rate(currency: str) -> Decimal | None:
        """The rate of a currency."""
        rates: Rates = app.state.rates
        return rates.get(currency)

    return app
