"""Opens the store that a URL names."""

from __future__ import annotations

import re
from typing import Final

from backwright._discover import discover
from backwright.contexts.store import Backend, Store
from backwright.errors import InvalidInputError

_SCHEME: Final = re.compile(r"([a-z]+)(?:\+[a-z0-9]+)?://")


def backends() -> tuple[Backend, ...]:
    """Every kind of store, by name."""
    from backwright.contexts import stores

    return discover(stores, "BACKEND", Backend, key=lambda backend: backend.name)


def open_store(url: str) -> Store:
    """The store at a URL, with its tables made or brought up to date.

    Raises:
        InvalidInputError: no store has that scheme, or its driver is not installed.
        StoreUnavailableError: it cannot be reached, or a later version of Backwright wrote it.
        StorageFullError, RecordUnreadableError: its file cannot be written, or is none.
    """
    found = _SCHEME.match(url)
    scheme = found.group(1) if found else ""
    for backend in backends():
        if scheme in backend.schemes:
            return backend.open(url)
    known = ", ".join(f"{scheme}://" for backend in backends() for scheme in backend.schemes)
    raise InvalidInputError("no store has a URL like that", hint=f"begin it with one of {known}")
