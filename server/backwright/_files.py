"""Files under a root that may be hostile: joined component by component, read bounded, written atomically."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

from backwright.errors import PathOutsideRootError, TooLargeError

MAX_FILE_BYTES = 16 * 1024 * 1024


def digest(data: bytes) -> str:
    """The digest of some bytes as the Skills extension writes it: `sha256:` and 64 lower-case hex digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def safe_join(root: Path, relative: str) -> Path:
    """The path of `relative` (POSIX separators) under `root`; no component of it may be a link or climb out.

    The file itself need not exist. A prefix check is not containment (CVE-2025-53109, CVE-2025-53110): each
    component is looked at on its own, so `root-evil` beside `root` and a link inside `root` are both refused.

    Raises:
        PathOutsideRootError: absolute, empty, climbing, holding a NUL or a backslash, or leading through a link.
    """
    parts = PurePosixPath(relative).parts
    hostile = not parts or "\0" in relative or "\\" in relative or relative.startswith(("/", "~"))
    if hostile or any(part == ".." or ":" in part for part in parts):
        raise PathOutsideRootError(relative)
    path = root.resolve()
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise PathOutsideRootError(relative)
    return path


def read_bounded(path: Path | str, limit: int = MAX_FILE_BYTES, *, follow_links: bool = True) -> bytes:
    """The bytes of a regular file of at most `limit` bytes, refused by its stat before it is read.

    Raises:
        TooLargeError: the file is larger than `limit`.
        OSError: the file cannot be read, is no regular file (a FIFO would block for ever), or is a link where links
            are not followed.
    """
    nofollow = 0 if follow_links else getattr(os, "O_NOFOLLOW", 0)
    if not follow_links and not nofollow and Path(path).is_symlink():
        # Windows has no such flag; making a link there takes a privilege.
        raise OSError(f"{Path(path).name} is a link")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | nofollow)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{Path(path).name} is not a regular file")
        if status.st_size > limit:
            raise TooLargeError(Path(path).name, size=status.st_size, limit=limit)
        data = _read_up_to(descriptor, limit + 1, status.st_size + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise TooLargeError(Path(path).name, size=len(data), limit=limit)
    return data


def _read_up_to(descriptor: int, most: int, expected: int) -> bytes:
    """What there is to read, at most so many bytes; a file object would take as long as the reading does."""
    data = b""
    while len(data) < most:
        asked = min(most - len(data), max(expected, 64 * 1024))
        part = os.read(descriptor, asked)
        data += part
        # A regular file gives less than is asked for at its end alone; where that is where it was, no second read need
        # say so.
        if not part or (len(part) < asked and len(data) + 1 == expected):
            break
    return data


def write_atomic(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a whole file or nothing: a temporary file in the same directory, flushed, then moved into place.

    Args:
        path: the file; one that is there keeps its mode.
        data: what it is to hold.
        private: whether nobody but its owner may read it, whatever its mode was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = 0o600 if private else path.stat().st_mode if path.exists() else 0o644
        Path(name).chmod(stat.S_IMODE(mode))
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
