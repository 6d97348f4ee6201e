"""What the processes of one service keep between two requests: in the store that they share.

Nobody waits long for it: after a failure it is left alone for a moment, and who asks meanwhile is told so at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from backwright.contexts.store import Kept, Store, Unit
from backwright.errors import StoreUnavailableError

T = TypeVar("T")

REST_SECONDS: Final = 1.0
"""How long nobody is sent to a store that could not be reached."""


class KeptRecords:
    """Records in a store, by kind and name. Safe to share between threads.

    Args:
        store: opens the store, or gives the one that is open. Raises StoreUnavailableError where it cannot be reached.
        clock: seconds, from anywhere.
    """

    def __init__(self, store: Callable[[], Store], clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._rests_until = 0.0

    def read(self, kind: str, name: str) -> Kept | None:
        """What is kept under a name, however long ago it was used.

        Raises:
            StoreUnavailableError: the store cannot be reached.
        """
        return self._asked(lambda store: store.read(lambda unit: unit.kept(kind, name)))

    def write(self, kind: str, name: str, data: str, used: float, stamp: int) -> bool:
        """Keep it in the place of what has this stamp (0: of nothing); False if that is not there.

        Raises:
            StoreUnavailableError, StorageFullError: nothing was written.
        """
        kept = Kept(kind, name, data, datetime.fromtimestamp(used, UTC), stamp + 1)
        return self._written(lambda unit: unit.keep(kept))

    def prune(self, kind: str, before: float, most: int, size: int) -> None:
        """As `Unit.forget_kept`.

        Raises:
            StoreUnavailableError, StorageFullError: nothing was removed.
        """
        at = datetime.fromtimestamp(before, UTC)
        self._written(lambda unit: unit.forget_kept(kind, at, most, size))

    def _written(self, work: Callable[[Unit], T]) -> T:
        return self._asked(lambda store: store.write(work))

    def _asked(self, ask: Callable[[Store], T]) -> T:
        if self._clock() < self._rests_until:
            raise StoreUnavailableError("the store of this service cannot be reached", hint="try again in a second")
        try:
            return ask(self._store())
        except StoreUnavailableError:
            self._rests_until = self._clock() + REST_SECONDS
            raise
