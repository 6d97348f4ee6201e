"""An empty PostgreSQL database for each that asks, on the server of this machine or the one that a variable names."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

SERVER = make_url(os.environ.get("BACKWRIGHT_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"))
REQUIRED = "BACKWRIGHT_REQUIRE_POSTGRES"


async def run_sql(url: URL, statements: Sequence[str]) -> None:
    """Run statements one by one, each committed by itself unless one of them begins a transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()


@asynccontextmanager
async def empty_database() -> AsyncGenerator[URL]:
    """A database that is dropped at the end; without a server the test that asked is skipped, or fails if required."""
    name = f"backwright_pack_{uuid4().hex}"
    try:
        await run_sql(SERVER, [f"CREATE DATABASE {name}"])
    except (OSError, SQLAlchemyError) as exc:
        why = f"no PostgreSQL at {SERVER.render_as_string()} (set BACKWRIGHT_POSTGRES): {exc}"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    try:
        yield SERVER.set(database=name)
    finally:
        await run_sql(SERVER, [f"DROP DATABASE {name} WITH (FORCE)"])
