"""Opens the store and the bus that a URL names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from backwright._discover import discover
from backwright.contexts.bus import Bus, BusKind
from backwright.contexts.store import Backend, State, Store
from backwright.errors import InvalidInputError

_SCHEME: Final = re.compile(r"([a-z]+)(?:\+[a-z0-9]+)?://")


def backends() -> tuple[Backend, ...]:
    """Every kind of store, by name."""
    from backwright.contexts import stores

    return discover(stores, "BACKEND", Backend, key=lambda backend: backend.name)


def kinds_of_bus() -> tuple[BusKind, ...]:
    """Every kind of bus, by name."""
    from backwright.contexts import buses

    return discover(buses, "BUS", BusKind, key=lambda kind: kind.name)


def open_store(url: str) -> Store:
    """The store at a URL, with its tables made or brought up to date.

    Raises:
        InvalidInputError: no store has that scheme, or its driver is not installed.
        StoreUnavailableError: it cannot be reached, or a later version of Backwright wrote it.
        StorageFullError, RecordUnreadableError: its file cannot be written, or is none.
    """
    return _backend(url).open(url)


def state_of_store(url: str) -> State:
    """How the tables of the store at a URL are; nothing is made or migrated.

    Raises:
        InvalidInputError: no store has that scheme, or its driver is not installed.
        StoreUnavailableError, RecordUnreadableError: it cannot be reached or read.
    """
    return _backend(url).state(url)


def name_of_store(url: str) -> str:
    """What the kind of store at a URL is called.

    Raises:
        InvalidInputError: no store has that scheme.
    """
    return _backend(url).name


def backup_store(url: str, target: Path) -> None:
    """Copy the store at a URL, which may be in use, to a file.

    Raises:
        InvalidInputError: the file is there already, there is no such store, or it is backed up by its own programs.
        StoreUnavailableError, StorageFullError, RecordUnreadableError: it cannot be read or written.
    """
    backend = _backend(url)
    if backend.backup is None:
        raise InvalidInputError(
            f"a {backend.name} store is no file to copy",
            hint="use the database's own programs (pg_dump for PostgreSQL), or `backwright contexts export`",
        )
    if target.exists():
        raise InvalidInputError(f"{target.name} is there already", hint="name a file that is not there yet")
    backend.backup(url, target)


def _backend(url: str) -> Backend:
    scheme = _scheme(url)
    for backend in backends():
        if scheme in backend.schemes:
            return backend
    known = ", ".join(f"{scheme}://" for backend in backends() for scheme in backend.schemes)
    raise InvalidInputError("no store has a URL like that", hint=f"begin it with one of {known}")


def kind_of_bus(url: str) -> BusKind:
    """The kind of bus that a URL names.

    Raises:
        InvalidInputError: no bus has that scheme.
    """
    scheme = _scheme(url)
    for kind in kinds_of_bus():
        if scheme in kind.schemes:
            return kind
    known = ", ".join(f"{scheme}://" for kind in kinds_of_bus() for scheme in kind.schemes)
    raise InvalidInputError("no bus has a URL like that", hint=f"begin it with one of {known}")


def open_bus(url: str) -> Bus:
    """The bus at a URL; whether it can be reached is seen when something is published.

    Raises:
        InvalidInputError: no bus has that scheme, the URL says what the bus does not know, or its driver is not
            installed.
    """
    return kind_of_bus(url).open(url)


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    return found.group(1) if found else ""
