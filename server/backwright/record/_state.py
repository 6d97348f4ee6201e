"""Small JSON files that only their user can read: written whole or not at all, read without trust."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from backwright._files import read_bounded
from backwright.errors import RecordUnreadableError, TooLargeError

MAX_BYTES = 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)


def read_state(path: Path, model: type[Model], limit: int = MAX_BYTES) -> Model | None:
    """What a file of at most `limit` bytes holds; None if there is none.

    Raises:
        RecordUnreadableError: it cannot be read, or holds something else.
    """
    try:
        return model.model_validate_json(read_bounded(path, limit, follow_links=False))
    except FileNotFoundError:
        return None
    except (OSError, TooLargeError, ValidationError) as error:
        reason = (
            f"it is damaged in {error.error_count()} place(s)" if isinstance(error, ValidationError) else str(error)
        )
        raise RecordUnreadableError(
            f"{path} cannot be used: {reason}", hint="delete the file; it is made anew"
        ) from None


def write_state(path: Path, value: BaseModel) -> None:
    """Write a file, readable for its user alone, in one step. A loss of power may take it back.

    Raises:
        OSError: the disk refuses.
    """
    data = value.model_dump_json().encode()
    # One name a thread of one process: nobody else writes to it, and what a crash left there is written over.
    aside = f"{path.parent}/.{path.name}.{os.getpid()}-{threading.get_ident()}"
    try:
        descriptor = _created(aside)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = _created(aside)
    try:
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        os.replace(aside, path)  # noqa: PTH105  a Path takes as long as the system
    except BaseException:
        with suppress(FileNotFoundError):
            Path(aside).unlink()
        raise


def _created(path: str) -> int:
    """A new file, readable for its user alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:
        Path(path).unlink()
        return os.open(path, flags, 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes, where the system has one."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
