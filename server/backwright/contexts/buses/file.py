"""A file of JSON lines: one envelope a line, on disk before the outbox forgets it.

`file:///var/log/contexts.jsonl?max_bytes=67108864&keep=10`: a file that would grow over `max_bytes` is moved aside to
`contexts.jsonl.00000001` and so on, the latest with the highest number, and the oldest of more than `keep` are removed.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from backwright.contexts.bus import BusKind, Hear
from backwright.contexts.buses._options import options_of
from backwright.contexts.events import ContextEvent
from backwright.errors import InvalidInputError, StorageFullError, StoreUnavailableError

MAX_BYTES: Final = 64 * 1024 * 1024
KEEP: Final = 10

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_DIGITS: Final = 8


class FileBus:
    """See `Bus`. Several processes may append to the same file.

    Args:
        path: the file; it and its folder are made for this user alone.
        max_bytes: over which it is moved aside.
        keep: how many of those that were moved aside are kept.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, keep: int = KEEP) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._lock = threading.Lock()

    def publish(self, events: Sequence[ContextEvent]) -> None:
        """Append, and return once it is on disk."""
        if not events:
            return
        data = "".join(f"{event.to_json()}\n" for event in events).encode()
        try:
            with self._lock, self._alone():
                self._rotate(len(data))
                self._append(data)
        except OSError as error:
            what = f"the events could not be appended to {self._path.name}: {error.strerror or error}"
            if error.errno in _FULL:
                raise StorageFullError(what, hint="make room on its disk; what is due is appended then") from None
            raise StoreUnavailableError(what, hint="make it a file that this user may write") from None

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Nobody hears a file; whoever wants it reads it."""
        del hear
        return lambda: None

    def check(self) -> None:
        """Whether the file, or what will hold it, can be written."""
        there = next(path for path in (self._path, *self._path.absolute().parents) if path.exists())
        if (there != self._path and not there.is_dir()) or not os.access(there, os.W_OK):
            raise StoreUnavailableError(
                f"{self._path.name} cannot be appended to", hint="make it a file that this user may write"
            )

    def close(self) -> None:
        """Nothing is held open."""

    def _append(self, data: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        try:
            size = os.fstat(descriptor).st_size
            # A process was killed in the middle of a line: what it wrote of it is no event, and must not spoil ours.
            torn = size > 0 and _last_byte(descriptor, size) != b"\n"
            try:
                _write_all(descriptor, b"\n" + data if torn else data)
                os.fsync(descriptor)
            except OSError:
                # All of them come again, so half of them need not stay.
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _rotate(self, more: int) -> None:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size == 0 or size + more <= self._max_bytes:
            return
        aside = self.moved_aside()
        number = int(aside[-1].name[-_DIGITS:]) + 1 if aside else 1
        self._path.rename(self._path.with_name(f"{self._path.name}.{number:0{_DIGITS}}"))
        for old in self.moved_aside()[: -self._keep]:
            old.unlink(missing_ok=True)

    def moved_aside(self) -> list[Path]:
        """The earlier files that are kept, the oldest first."""
        numbered = re.compile(rf"{re.escape(self._path.name)}\.[0-9]{{{_DIGITS}}}")
        return sorted(path for path in self._path.parent.iterdir() if numbered.fullmatch(path.name))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process appends or moves meanwhile, as far as the system can lock."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            import fcntl
        except ImportError:  # Windows: one process appends
            yield
            return
        lock = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _last_byte(descriptor: int, size: int) -> bytes:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _open(url: str) -> FileBus:
    plain, options = options_of(url, {"max_bytes": MAX_BYTES, "keep": KEEP})
    parts = urlsplit(plain)
    path = Path(unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or not path.is_absolute() or not path.name:
        raise InvalidInputError("the bus's URL names no file", hint="write file:///an/absolute/path.jsonl")
    return FileBus(path, max_bytes=int(options["max_bytes"]), keep=int(options["keep"]))


BUS = BusKind(name="file", schemes=("file",), open=_open, heard=False, shared=True)
