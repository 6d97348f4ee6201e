"""The service and what it holds while it runs."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal

from fastapi import FastAPI

Rates = Mapping[str, Decimal]


def create_app(load: Callable[[], Awaitable[Rates]], seconds: float = 300.0) -> FastAPI:
    """The service.

    Args:
        load: asks the bank for the rates of exchange.
        seconds: how often they are loaded.
    """

    async def reload(app: FastAPI) -> None:
        while True:
            await asyncio.sleep(seconds)
            app.state.rates = await load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.rates = await load()
        asyncio.create_task(reload(app))
        yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/v1/rates/{currency}")
    async def get_rate(currency: str) -> Decimal | None:
        """The rate of a currency."""
        rates: Rates = app.state.rates
        return rates.get(currency)

    return app
