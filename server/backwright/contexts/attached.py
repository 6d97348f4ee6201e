"""The contexts of one process: opened by the first call that asks, and let go of in order.

Nothing that a store or a bus needs is imported before then, so that a server answers before it has loaded them.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from backwright._work import watched
from backwright.errors import InvalidInputError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from backwright.contexts.bus import Hear
    from backwright.contexts.replica import Replica
    from backwright.contexts.service import Contexts
    from backwright.contexts.store import Store

_AWAY_SECONDS: Final = 0.5
"""How long a store that could not be reached is not asked again."""


class Attached:
    """A store and a bus, once somebody asks for them. Every method may be called from any thread.

    Args:
        database: the URL of the store; None where there is none.
        bus: the URL of the bus.
        writes: how many writes a minute each subject has; 0 for no limit.
        schemas: how many registrations and checks of schemas.
    """

    def __init__(self, database: str | None, bus: str, *, writes: int, schemas: int) -> None:
        self._database = database
        self._bus = bus
        self._limits = (writes, schemas)
        self._contexts: Contexts | None = None
        self._store: Store | None = None
        self._replica: Replica | None = None
        self._away: StoreUnavailableError | None = None
        self._ask_again_at = 0.0
        self._lock = Lock()

    def contexts(self) -> Contexts:
        """The stored contexts; opened by the first call that asks.

        Raises:
            InvalidInputError: there is no store, or its URL is none.
            StoreUnavailableError, StorageFullError, RecordUnreadableError: it cannot be opened.
        """
        # Two first calls at once must not open it twice.
        with self._lock:
            if self._contexts is None:
                # A host that does not answer takes seconds to fail, and those who wait here would each wait as long.
                if self._away is not None and monotonic() < self._ask_again_at:
                    raise StoreUnavailableError(self._away.message, hint=self._away.hint)
                try:
                    self._contexts = self._opened()
                except StoreUnavailableError as error:
                    self._away, self._ask_again_at = error, monotonic() + _AWAY_SECONDS
                    raise
            return self._contexts

    @property
    def store(self) -> Store | None:
        """The store, once something has needed it; its transactions are nobody's work.

        Raises:
            StoreUnavailableError: something has needed it, and it could not be reached then.
        """
        if self._store is None and self._away is not None:
            raise StoreUnavailableError(self._away.message, hint=self._away.hint)
        return self._store

    def _opened(self) -> Contexts:
        from backwright.contexts.limits import limits
        from backwright.contexts.opening import open_store
        from backwright.contexts.service import Contexts

        if self._database is None:
            hint = "set BACKWRIGHT_DATABASE_URL and start it anew"
            raise InvalidInputError("this server keeps no contexts", hint=hint)
        replica = self._hearing()
        store = open_store(self._database)
        replica.attach(store)
        self._store = store
        if watched():
            from backwright.contexts.watched import WatchedStore

            store = WatchedStore(store, self._database)
        return Contexts(store, wake=replica.wake, tell=replica.tell, limits=limits(*self._limits))

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Call for each change of a context from now on, made here or heard of, and return what ends that.

        Changes that are made elsewhere are heard of once `contexts` was asked for.

        Raises:
            InvalidInputError: the URL of the bus is none.
        """
        with self._lock:
            return self._hearing().listen(hear)

    def _hearing(self) -> Replica:
        from backwright.contexts.opening import kind_of_bus
        from backwright.contexts.replica import Replica

        if self._replica is None:
            self._replica = Replica(kind_of_bus(self._bus), self._bus)
        return self._replica

    def close(self) -> None:
        """Let go of what is open, after what is being written."""
        with self._lock:
            opened, self._contexts, self._store = self._contexts, None, None
            replica, self._replica = self._replica, None
        if replica is not None:
            replica.close()
        if opened is not None:
            opened.store.close()
