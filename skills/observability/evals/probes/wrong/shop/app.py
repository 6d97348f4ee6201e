"""The service."""

from typing import Protocol

from fastapi import FastAPI, HTTPException


class Dependency(Protocol):
    """Something outside of the process."""

    async def ping(self) -> None:
        """Raise where it cannot be used."""
        ...


def create_app(database: Dependency, mailer: Dependency) -> FastAPI:
    """The service."""
    app = FastAPI()

    async def check() -> None:
        """Raise 503 where a dependency is down."""
        try:
            await database.ping()
            await mailer.ping()
        except Exception as error:
            raise HTTPException(503, f"unhealthy: {error}") from error

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Liveness."""
        await check()
        return {"status": "ok"}

    @app.get("/ready")
    async def ready() -> dict[str, str]:
        """Readiness."""
        await check()
        return {"status": "ready"}

    return app
