"""Writes that an answer need not wait for: kept in memory for a moment, then written by a thread, all together."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

DELAY: Final = 0.2
"""Seconds that a value waits at most before its writing begins."""
IDLE: Final = 30.0
"""Seconds after which a thread that has nothing to do ends."""

_LOG = logging.getLogger(__name__)

Value = TypeVar("Value")


class Behind(Generic[Value]):
    """Values by key, of which each is written within `DELAY` seconds, or at once by `flush`. Safe to share.

    A process that is killed loses what was put in the last `DELAY` seconds, and nothing else. One that ends in order
    loses nothing; one that ends by `os._exit` must call `flush` before. What the disk refuses is logged and dropped.

    Args:
        write: writes one value; it may raise an `OSError`.
        delay: seconds that a value waits.
    """

    def __init__(self, write: Callable[[Value], None], delay: float = DELAY) -> None:
        self._write = write
        self._delay = delay
        self._waiting: dict[str, Value] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.refused = False
        """Whether the disk refused what was written last."""

    def get(self, key: str) -> Value | None:
        """The value that waits under a key; None if none does."""
        return self._waiting.get(key)

    def put(self, key: str, value: Value) -> None:
        """Have a value written soon; of two under one key only the last."""
        with self._lock:
            first = not self._waiting
            self._waiting[key] = value
            if self._thread is None or not self._thread.is_alive():
                # It must not keep a process alive that has been told to end.
                self._thread = threading.Thread(target=self._work, name="write-behind", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
        if first:
            self._wake.set()

    def flush(self) -> None:
        """Write all that waits; what another thread is writing is written when this returns."""
        with self._writing:
            for key, value in tuple(self._waiting.items()):
                try:
                    self._write(value)
                    self.refused = False
                except OSError as error:
                    self.refused = True
                    _LOG.warning("%s could not be recorded: %s", key, error.strerror or error)
                with self._lock:
                    # It stays readable until it is written, and a newer one stays for the next time.
                    if self._waiting.get(key) is value:
                        del self._waiting[key]

    def _work(self) -> None:
        while True:
            self._wake.wait(IDLE)
            with self._lock:
                self._wake.clear()
                if not self._waiting:
                    self._thread = None
                    atexit.unregister(self.flush)
                    return
            time.sleep(self._delay)
            self.flush()
            with self._lock:
                if self._waiting:
                    self._wake.set()
