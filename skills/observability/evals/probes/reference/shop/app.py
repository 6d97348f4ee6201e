"""The service."""

import asyncio
import logging
from typing import Final, Literal, Protocol

from fastapi import FastAPI, Response, status
from pydantic import BaseModel

SECONDS: Final = 0.5
logger = logging.getLogger(__name__)


class Dependency(Protocol):
    """Something outside of the process."""

    async def ping(self) -> None:
        """Raise where it cannot be used."""
        ...


class Health(BaseModel):
    """What a probe is told."""

    status: Literal["alive", "ready", "not ready"]


async def bounded(dependency: Dependency) -> None:
    """Ask a dependency, for less time than the probe has."""
    async with asyncio.timeout(SECONDS):
        await dependency.ping()


def create_app(database: Dependency, mailer: Dependency) -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.get("/health", include_in_schema=False)
    async def health() -> Health:
        """Liveness: this process can answer. It asks nobody, for a restart mends nothing outside."""
        return Health(status="alive")

    @app.get("/ready", include_in_schema=False)
    async def ready(response: Response) -> Health:
        """Readiness: the database can be used; without mails most routes work."""
        (failed,) = await asyncio.gather(bounded(database), return_exceptions=True)
        if failed is not None:
            logger.warning("not ready", extra={"check": "database", "error": type(failed).__name__})
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            return Health(status="not ready")
        return Health(status="ready")

    return app
