"""Reviews that may be gone on with: what a caller was told under a handle, kept for a while.

A handle says which review; who asks says whose. Both together name an entry, so the handle of another caller and one
that was never given are the same thing: nothing is there.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import re
import threading
import time
import zlib
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from backwright.errors import RecordUnreadableError, ReviewNotFoundError, TooLargeError
from backwright.record._state import alone, read_state, write_state

HANDLE: Final = re.compile(r"[a-z2-7]{20}")
HOUR: Final = 3_600
HOURS: Final = 24
"""How long an entry is kept after its last use, unless the caller says otherwise."""
MOST: Final = 200
"""Entries; of more, those that were used last stay."""
MOST_BYTES: Final = 2 * 1024 * 1024
"""Of one entry, packed. A diff of 50,000 lines takes about half a megabyte."""
ALL_BYTES: Final = 64 * 1024 * 1024
"""Of all entries together."""
_UNPACKED: Final = 48 * 1024 * 1024


class Entry(BaseModel):
    """The content of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z2-7]{32}\z")
    used: float
    packed: str


def handle_of(*parts: str) -> str:
    """The handle of a review: 100 bits of a digest of what it says, so that the same review has the same handle.

    It guards nothing, since an entry is found only by its caller; it is lower case and digits, so that no file system
    takes two for one, and models copy it without slips.
    """
    return _digest(*parts)[:20]


class Reviews:
    """Entries by caller and handle: in a folder, one file each, or in memory where there is none. Safe to share between
    threads; `change` between processes too.

    Args:
        folder: where they are kept; None for a process that serves more than its own user.
        now: the time, in seconds.
        hours: how long an entry is kept after its last use.
    """

    def __init__(self, folder: Path | None = None, now: Callable[[], float] = time.time, hours: int = HOURS) -> None:
        self._folder = folder
        self._now = now
        self._kept = hours * HOUR
        self._lock = threading.RLock()
        self._memory: dict[str, Entry] = {}

    def keep(self, caller: str, handle: str, data: bytes) -> None:
        """Write an entry, whole or not at all.

        Raises:
            TooLargeError: it is larger than `MOST_BYTES` when packed.
            OSError: the disk refuses.
        """
        entry = Entry(name=name_of(caller, handle), used=self._now(), packed=pack(data))
        with self._lock:
            if self._folder is None:
                self._memory.pop(entry.name, None)
                self._memory[entry.name] = entry
                self._forget()
                return
            path = self._folder / f"{entry.name}.json"
            new = not path.exists()
            write_state(path, entry)
            if new:
                self._prune(self._folder)

    def read(self, caller: str, handle: str) -> bytes:
        """What was kept for this caller under this handle.

        Raises:
            ReviewNotFoundError: nothing was, or it is too long ago.
            RecordUnreadableError: the file cannot be read, or was damaged.
        """
        name = name_of(caller, handle) if HANDLE.fullmatch(handle) else ""
        entry = None
        if name and self._folder is None:
            entry = self._memory.get(name)
        elif name and self._folder is not None:
            entry = read_state(self._folder / f"{name}.json", Entry, MOST_BYTES + 1024)
        if entry is None or entry.used < self._now() - self._kept:
            raise ReviewNotFoundError(self._kept // HOUR)
        if entry.name != name:
            raise self._damaged(name, "it is the record of another review")
        return self._unpacked(entry)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the entries while one is read and written again, in this process and among others."""
        with self._lock:
            if self._folder is None:
                yield
                return
            with alone(self._folder / "lock"):
                yield

    def update(self, caller: str, handle: str, make: Callable[[Callable[[], bytes]], bytes]) -> None:
        """Replace an entry by what is made of it, and let nobody else do so meanwhile.

        Args:
            caller: whose.
            handle: which.
            make: is given what reads the entry, as `read` does and with its errors, and returns the new one.

        Raises:
            TooLargeError, OSError: as `keep`.
        """
        with self.change():
            self.keep(caller, handle, make(lambda: self.read(caller, handle)))

    def _unpacked(self, entry: Entry) -> bytes:
        try:
            return unpack(entry.packed)
        except ValueError:
            raise self._damaged(entry.name, "its content is damaged") from None

    def _damaged(self, name: str, reason: str) -> RecordUnreadableError:
        path = (self._folder or Path()) / f"{name}.json"
        return RecordUnreadableError(
            f"{path} cannot be used: {reason}", hint="delete the file and review again; it is made anew"
        )

    def _forget(self) -> None:
        """Drop from memory what is too old or too much; the order is that of use."""
        oldest = self._now() - self._kept
        for name in [name for name, entry in self._memory.items() if entry.used < oldest]:
            del self._memory[name]
        for name in _surplus({name: len(entry.packed) for name, entry in reversed(self._memory.items())}):
            del self._memory[name]

    def _prune(self, folder: Path) -> None:
        """Delete what is too old or too much, and nothing that is not ours."""
        found: list[tuple[float, str, int]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if _FILE.fullmatch(entry.name):
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        found.append((status.st_mtime, entry.path, status.st_size))
        found.sort(reverse=True)
        oldest = self._now() - self._kept
        surplus = _surplus({path: size for _, path, size in found})
        for used, path, _ in found:
            if used < oldest or path in surplus:
                with suppress(OSError):
                    Path(path).unlink()


_FILE: Final = re.compile(r"[a-z2-7]{32}\.json")


def _surplus(sizes: Mapping[str, int]) -> frozenset[str]:
    """What is over the bounds, of entries with the last used first. The first always stays."""
    total, over = 0, set()
    for number, (name, size) in enumerate(sizes.items()):
        total += size
        if number and (number >= MOST or total > ALL_BYTES):
            over.add(name)
    return frozenset(over)


def name_of(caller: str, handle: str) -> str:
    """The name of a caller's entry."""
    return _digest("entry", caller, handle)[:32]


def pack(data: bytes) -> str:
    """What is kept of an entry's data.

    Raises:
        TooLargeError: it is larger than `MOST_BYTES` then.
    """
    packed = b64encode(zlib.compress(data, 6)).decode("ascii")
    if len(packed) > MOST_BYTES or len(data) > _UNPACKED:
        raise TooLargeError("the review", size=len(packed), limit=MOST_BYTES)
    return packed


def unpack(packed: str) -> bytes:
    """The data again.

    Raises:
        ValueError: it is damaged, or too large.
    """
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(b64decode(packed, validate=True), _UNPACKED)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(str(error)) from None
    if not opened.eof:
        raise ValueError("it does not end")
    return data


def _digest(*parts: str) -> str:
    made = hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "backslashreplace"))
    return b32encode(made.digest()).decode().lower()
