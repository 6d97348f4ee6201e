"""The service."""

from typing import Protocol

from fastapi import FastAPI


class Dependency(Protocol):
    """Something outside of the process."""

    async def ping(self) -> None:
        """Raise where it cannot be used."""
        ...


def create_app(database: Dependency, mailer: Dependency) -> FastAPI:
    """The service."""
    return FastAPI()
