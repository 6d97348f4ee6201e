"""Contexts in PostgreSQL: one database for several replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backwright.contexts.store import Backend, State, Unit
from backwright.contexts.stores._migrate import HEAD, migrate, revision, state
from backwright.contexts.stores._unit import SqlUnit
from backwright.errors import BackwrightError, InvalidInputError, StorageFullError, StoreUnavailableError

T = TypeVar("T")

POOL: Final = 20
"""Connections of one process."""

CONNECT_SECONDS: Final = 5
LOCK_SECONDS: Final = 10

ANSWER_SECONDS: Final = 2 * LOCK_SECONDS + 5
"""How long a statement may take on the wire: longer than PostgreSQL itself lets it run."""

_TRIES: Final = 4
# What all processes that migrate this database lock; any number that nobody else uses.
_MIGRATION_LOCK: Final = 0x6261636B7772

_AGAIN: Final = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the database itself asks to try once more."""

_FULL: Final = frozenset({"53100", "25006"})
"""Disk full, and a server that only reads."""


class PostgresStore:
    """Contexts in a PostgreSQL database; see `Store`.

    Args:
        url: `postgresql://user:password@host/database`.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            with _named(), self._engine.begin() as connection:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
                if revision(connection) != HEAD:
                    migrate(connection)
        except BackwrightError:
            self._engine.dispose()
            raise
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run work in a transaction, again where the database asks for it."""
        for _ in range(_TRIES):
            try:
                with self._engine.begin() as connection:
                    return work(SqlUnit(connection, locks=True))
            except DBAPIError as error:
                if _state(error) not in _AGAIN:
                    raise _translated(error) from None
            except PoolTimeoutError:
                raise _unavailable("no connection became free") from None
        raise _unavailable("other writers were faster, several times")

    def read(self, work: Callable[[Unit], T]) -> T:
        """Run work on one snapshot."""
        with _named(), self._reading.begin() as connection:
            return work(SqlUnit(connection, locks=False))

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    try:
        from backwright.contexts.stores._postgres_connection import KEPT_ALIVE, PING_SECONDS, Impatient

        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=POOL,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            # A connection that a restart of the database has cut is found before it is used.
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "backwright",
                "options": f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={2 * LOCK_SECONDS}s",
                **KEPT_ALIVE,
            },
        )
    except (ArgumentError, ValueError):
        raise InvalidInputError("the database URL is none", hint="write postgresql://USER@HOST/DATABASE") from None
    except (ImportError, NoSuchModuleError):
        raise InvalidInputError(
            "PostgreSQL needs a driver that is not installed", hint="install backwright[postgres]"
        ) from None

    def connect(_: object, __: object, arguments: Sequence[Any], named: dict[str, Any]) -> Impatient:
        return Impatient.connect(*arguments, **named)

    def lent(connection: Impatient, *_: object) -> None:
        connection.patience = ANSWER_SECONDS

    def returned(connection: Impatient | None, *_: object) -> None:
        if connection is not None:
            connection.patience = PING_SECONDS

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", lent)
    event.listen(engine, "checkin", returned)
    return engine


@contextmanager
def _named() -> Iterator[None]:
    """Turn what the driver says into errors that say what to do; never with the URL, which holds a password."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error) from None
    except PoolTimeoutError:
        raise _unavailable("no connection became free") from None


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _translated(error: DBAPIError) -> BackwrightError:
    code = _state(error)
    if code in _FULL:
        return StorageFullError(
            f"the database takes no writes (SQLSTATE {code}); nothing was written",
            hint="make room on its disk, or point to the primary; reads go on",
        )
    return _unavailable(f"it gave up (SQLSTATE {code})" if code else "it cannot be reached")


def _unavailable(what: str) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"the database of contexts: {what}", hint="try again, with the same idempotency key where there was one"
    )


def _tables(url: str) -> State:
    engine = _engine(url)
    try:
        with _named(), engine.connect() as connection:
            return state(revision(connection))
    finally:
        engine.dispose()


BACKEND = Backend(name="postgresql", schemes=("postgresql", "postgres"), open=PostgresStore, state=_tables)
