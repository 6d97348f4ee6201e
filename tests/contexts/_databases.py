"""A database of its own for each test that asks: a file, one in the PostgreSQL of this machine, or memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
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
            with _KEPT.lent() if _KEPT.keeps else fresh_database() as url:
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


class _Kept:
    """Databases that are emptied and lent again: to make and to drop one for each test waits for the disk."""

    def __init__(self) -> None:
        self.keeps = False
        self._free: list[str] = []
        self._stack = ExitStack()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Within it databases are lent, at its end they are dropped."""
        self.keeps = True
        try:
            yield
        finally:
            self.keeps = False
            self._free.clear()
            self._stack.close()

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database that holds nothing and that nobody else has."""
        url = self._free.pop() if self._free else self._made()
        try:
            yield url
        finally:
            _empty(url)
            self._free.append(url)

    def _made(self) -> str:
        url = self._stack.enter_context(fresh_database())
        with psycopg.connect(url, autocommit=True) as connection:
            # The server is never killed here, and only then a commit that is not on the disk yet is lost.
            connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off".encode())
        return url


def _empty(url: str) -> None:
    """Take everything out of a database, and everybody."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {others}".encode())
        connection.execute(b"DROP SCHEMA public CASCADE")
        connection.execute(b"CREATE SCHEMA public")


_KEPT: Final = _Kept()
keeping_databases: Final = _KEPT.kept
