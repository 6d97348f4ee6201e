"""Contexts in one SQLite file: the default, which needs nothing.

One thread writes. What has piled up while the last transaction became durable, or while another process wrote, goes
into the next one together (group commit), each piece of work behind a savepoint of its own, so that one that fails
takes nothing with it: a disk that can flush three hundred times a second then takes thousands of writes. Processes take
turns.
"""

from __future__ import annotations

import errno
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from backwright.contexts.store import Backend, State, Unit
from backwright.contexts.stores._migrate import HEAD, migrate, revision, state
from backwright.contexts.stores._turn import Patience, Turn
from backwright.contexts.stores._unit import SqlUnit
from backwright.errors import BackwrightError, RecordUnreadableError, StorageFullError, StoreUnavailableError

T = TypeVar("T")

BUSY_SECONDS: Final = 0.8
"""How long a write waits for one that holds the lock and rests: who waits hears of it within a second."""

MOVING_SECONDS: Final = 4.0
"""How long a write waits while other processes write, each in its turn."""

_READ_SECONDS: Final = 5.0
_SPARE_SECONDS: Final = 0.1
_POLL_SECONDS: Final = 0.001
_EFFECTIVE: Final = os.access in os.supports_effective_ids

MAX_WAITING: Final = 4_096
_MAX_GROUP: Final = 256

# A write-ahead log that several processes reset at once can be corrupted before this version (sqlite.org/wal.html).
_SAFE_WAL: Final = (3, 51, 3)

# The work, who waits for it, and since when.
_Piece = tuple[Callable[[Unit], Any], "Future[Any]", float]


class SqliteStore:
    """Contexts in a file; see `Store`.

    Args:
        path: the file; it and its folder are made for this user alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pieces: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closed = False
        with _named(path):
            _make(path)
        self._turn = Turn(path.parent)
        self._writing = _engine(
            path, partial(_begin_to_write, path, self._turn, BUSY_SECONDS), StaticPool, BUSY_SECONDS
        )
        self._reading = _engine(path, _begin_to_read, QueuePool, _READ_SECONDS)
        try:
            # Most of the time the tables are there, and whoever is writing need not be waited for.
            if self._revision() != HEAD:
                with _named(path), self._writing.begin() as connection:
                    if revision(connection) != HEAD:
                        migrate(connection)
        except BackwrightError:
            self._dispose()
            raise

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run work in the next transaction and return once it is on disk."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailableError("the store is closed", hint="the server is stopping; ask the next one")
            if self._pieces.qsize() >= MAX_WAITING:
                raise StoreUnavailableError("too many writes are waiting", hint="try again in a second")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_all, name="contexts-writer", daemon=True)
                self._writer.start()
            self._pieces.put((work, future, time.monotonic()))
        return future.result()

    def read(self, work: Callable[[Unit], T]) -> T:
        """Run work on the state of the last commit."""
        with _named(self._path), self._reading.begin() as connection:
            return work(SqlUnit(connection, locks=False))

    def _revision(self) -> str | None:
        with _named(self._path), self._reading.begin() as connection:
            return revision(connection)

    def close(self) -> None:
        """Write what is waiting, and let go of the file."""
        with self._lock:
            self._closed, writer = True, self._writer
            self._pieces.put(None)
        if writer is not None:
            writer.join()
        self._dispose()

    def _dispose(self) -> None:
        self._reading.dispose()
        self._writing.dispose()
        self._turn.close()

    def _write_all(self) -> None:
        while (first := self._pieces.get()) is not None:
            if self._write_group([first]):
                return

    def _joined(self, group: list[_Piece]) -> bool:
        """Have what waits by now go with a group; whether nothing comes after it."""
        with suppress(queue.Empty):
            while len(group) < _MAX_GROUP:
                following = self._pieces.get_nowait()
                if following is None:
                    return True
                group.append(following)
        return False

    def _write_group(self, group: list[_Piece]) -> bool:
        """Write a piece, and with it those that came before this process could write; whether they were the last."""
        done: list[Callable[[], None]] = []
        last = False
        try:
            with _named(self._path), self._writing.begin() as connection:
                last = self._joined(group)
                # There is one writer at a time, so nothing needs a lock of its own.
                unit = SqlUnit(connection, locks=False)
                if len(group) == 1:
                    # What fails alone takes nothing with it but its own transaction.
                    done.append(partial(group[0][1].set_result, group[0][0](unit)))
                for work, future, _ in group if len(group) > 1 else ():
                    try:
                        with connection.begin_nested():
                            result = work(unit)
                    except DBAPIError:
                        # The disk or the file, and not this piece: none of the group was written.
                        raise
                    except Exception as error:  # noqa: BLE001  it belongs to the caller, who is in another thread
                        done.append(partial(future.set_exception, error))
                    else:
                        done.append(partial(future.set_result, result))
        except Exception as error:  # noqa: BLE001  it belongs to the callers, and the writer must go on
            self._fail(group, error)
        else:
            for tell in done:
                tell()
        return last

    def _fail(self, group: list[_Piece], error: Exception) -> None:
        for _, future, _ in group:
            future.set_exception(error)
        if isinstance(error, StoreUnavailableError):
            self._refuse(error)
        if isinstance(error, StorageFullError):
            # A connection that was opened when the disk only read would go on so when it does no longer.
            self._writing.dispose()

    def _refuse(self, error: StoreUnavailableError) -> None:
        """Tell those who have waited through a lock as well; the next group may wait as long once more."""
        newest = time.monotonic() - _SPARE_SECONDS
        # Nobody puts anything in meanwhile, so that what says to end stays the last.
        with self._lock:
            for _ in range(self._pieces.qsize()):
                piece = self._pieces.get()
                if piece is not None and piece[2] < newest:
                    piece[1].set_exception(error)
                else:
                    self._pieces.put(piece)


def _make(path: Path) -> None:
    """The file, readable by this user alone from its first moment; one that is there and only reads is left to read.

    One that is there is not opened: to close it would give up every lock that SQLite holds on it in this process
    (sqlite.org/howtocorrupt.html, section 2.2).
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_file() and os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EROFS} or not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
            raise


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_to_write(path: Path, turn: Turn, seconds: float, connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  for the type
    patience = Patience(path, seconds, MOVING_SECONDS)
    # SQLite's own waiting sleeps for up to 0.1 seconds and misses the moment that the lock is free. What waits while
    # it ends, for readers, is its own again.
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        with turn.taken(patience):
            while True:
                try:
                    driver.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or patience.over():
                        raise
                    time.sleep(_POLL_SECONDS)
                else:
                    return
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _engine(
    path: Path, begin: Callable[[Connection], None], pool: type[StaticPool | QueuePool], patience: float
) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=pool,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    journal = "WAL" if sqlite3.sqlite_version_info >= _SAFE_WAL else "DELETE"

    # The driver's own idea of when a transaction begins leaves reads and DDL out of it.
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")

    event.listen(engine, "begin", begin)
    return engine


class _named:  # noqa: N801  reads as what it does: with _named(path)
    """Turns what SQLite says into errors that say what to do."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise _of_os(self._path, error) from None
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, sqlite3.Error):
            raise _of_sqlite(self._path, original) from None


def _of_os(path: Path, error: OSError) -> BackwrightError:
    return StorageFullError(
        f"{path.name} cannot be written: {error.strerror or error}", hint="make room, or name another folder"
    )


def _of_sqlite(path: Path, error: sqlite3.Error) -> BackwrightError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR")):
        return StorageFullError(
            f"{path.name} could not be written ({name}); nothing was", hint="make room on the disk; reads go on"
        )
    if name.startswith("SQLITE_CANTOPEN") and _is_readonly(path):
        return StorageFullError(f"{path.name} lies on a disk that only reads; nothing was written", hint="reads go on")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_AUTH")):
        return RecordUnreadableError(
            f"{path.name} is damaged or no database of contexts ({name})",
            hint="put the latest backup in its place, or move it away to begin anew",
        )
    return StoreUnavailableError(f"{path.name} is busy or cannot be opened ({name or 'no answer'})", hint="try again")


def _is_readonly(path: Path) -> bool:
    # SQLite says no more than that it cannot open its journal.
    try:
        return bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY) or not os.access(
            path.parent, os.W_OK, effective_ids=_EFFECTIVE
        )
    except OSError:
        return False


def _open(url: str) -> SqliteStore:
    return SqliteStore(Path(url.removeprefix("sqlite:///")))


def _backup(url: str, target: Path) -> None:
    """SQLite's own copying: page by page, of one state, while others read and write (sqlite.org/backup.html)."""
    path = Path(url.removeprefix("sqlite:///"))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _named(draft):
            _make(draft)
        with closing(sqlite3.connect(draft)) as copy:
            with _named(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
                source.backup(copy)
            with _named(draft):
                # A copy lies alone: no log beside it that must be copied as well.
                copy.execute("PRAGMA journal_mode = DELETE")
                if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                    raise sqlite3.DatabaseError("SQLITE_CORRUPT")
        with _named(target):
            # Unlike a rename, it never takes the place of what is there.
            os.link(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _state(url: str) -> State:
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return "none"
    with _named(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
        tables = found.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
        row = found.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
        return state(None if row is None else str(row[0]))


BACKEND = Backend(name="sqlite", schemes=("sqlite",), open=_open, state=_state, backup=_backup)
