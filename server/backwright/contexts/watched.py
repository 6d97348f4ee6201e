"""A store whose transactions are parts of the work: how long each takes, waiting for its turn included."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from backwright._work import part
from backwright.contexts.opening import name_of_store
from backwright.contexts.store import Store, Unit

T = TypeVar("T")


class WatchedStore:
    """Another store, watched.

    Args:
        store: it.
        url: where it is, for the name of its kind; nothing else of it is told.
    """

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._backend = name_of_store(url)

    def write(self, work: Callable[[Unit], T]) -> T:
        """See `Store`."""
        with part("store", backend=self._backend, operation="write"):
            return self._store.write(work)

    def read(self, work: Callable[[Unit], T]) -> T:
        """See `Store`."""
        with part("store", backend=self._backend, operation="read"):
            return self._store.read(work)

    def close(self) -> None:
        """See `Store`."""
        self._store.close()
