"""One command over the project: argv only, its whole process group ended in time, its output bounded."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from backwright._hidden import printable
from backwright.review.watch import current

KEPT: Final = 64 * 1024
"""Bytes of output that are kept from its start, and as many from its end."""
_CHUNK: Final = 16 * 1024
_PATIENCE: Final = 5.0
_WIDTH: Final = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Args:
        status: its exit code; negative where a signal ended it.
        lines: its output and its errors, printable; of a very long one the start and the end.
        late: why it was ended before it was done; None where it was not.
    """

    status: int
    lines: tuple[str, ...]
    late: str | None = None


class _Group(subprocess.Popen[bytes]):
    """A process that leads a group of its own, so that what it started ends with it."""

    def kill(self) -> None:
        """End the process and what it started."""
        if os.name == "nt" or self.returncode is not None:
            super().kill()
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class _Output:
    """The start and the end of what a process says; the rest is read and dropped, so that it never waits."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._head, self._tail, self._dropped = b"", b"", False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), _CHUNK):
                room = KEPT - len(self._head)
                self._head += chunk[:room]
                rest = self._tail + chunk[room:] if room < len(chunk) else self._tail
                self._dropped = self._dropped or len(rest) > KEPT
                self._tail = rest[-KEPT:]

    def lines(self) -> tuple[str, ...]:
        """What was said; waits for its end, but not for a process that left the group and holds the pipe."""
        self._thread.join(_PATIENCE)
        middle = b"\n[...]\n" if self._dropped else b""
        text = (self._head + middle + self._tail).decode("utf-8", "replace")
        return tuple(printable(line, _WIDTH) for line in text.replace("\r\n", "\n").split("\n") if line.strip())


def run(argv: Sequence[str], root: Path, environment: Mapping[str, str], limit: float) -> Ended:
    """Run a command in the project and wait for it.

    Args:
        argv: the program by its path, and its arguments; no shell reads them.
        root: the folder that it runs in.
        environment: all that it inherits.
        limit: seconds that it may take, if the caller's watch has as many.

    Raises:
        OSError: it cannot be started.
        Cancelled: nobody wants the answer any more; what was started has ended.
    """
    watch = current()
    watch.check()
    with _Group(
        argv,
        cwd=root,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101  it is a pipe
        output = _Output(process.stdout)
        try:
            with watch.over_process(process, limit) as late:
                _wait(process)
        finally:
            # What it started in the background would go on, and hold the pipe.
            process.kill()
            status = process.wait()
        watch.check()
        why = None
        if late.is_set():
            why = watch.reason if watch.over else f"it took longer than {limit:.0f} s"
        return Ended(status, output.lines(), why)


def _wait(process: _Group) -> None:
    """Wait for the leader and leave it unreaped where that can be, so that its group keeps its number."""
    if hasattr(os, "waitid"):
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            return
    process.wait()
