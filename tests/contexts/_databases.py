"""A database of its own for each test that asks: a file, one in the PostgreSQL of this machine, or memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.pack._postgres import REQUIRED, SERVER


@contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a store that holds nothing."""
    match kind:
        case "sqlite":
            yield f"sqlite:///{folder / 'contexts.db'}"
        case "postgresql":
            with fresh_database() as url:
                yield url
        case _:
            yield "memory://"


@contextmanager
def fresh_database() -> Iterator[str]:
    """A database that is dropped at the end; without a server the test is skipped, or fails if one is required."""
    server = SERVER.set(drivername="postgresql")
    name = f"backwright_contexts_{uuid4().hex}"
    try:
        admin = psycopg.connect(server.render_as_string(hide_password=False), autocommit=True)
    except psycopg.OperationalError as error:
        why = f"no PostgreSQL at {server.render_as_string()} (set BACKWRIGHT_POSTGRES): {error}"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    with admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
