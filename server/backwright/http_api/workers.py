"""Several processes behind one port: each is the same command over again, and takes what the others do not.

The first listens, starts the others with the listening socket in their hands, and answers nothing itself. A worker that
ends although nobody told it to is started again; workers that cannot even start end it all.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from backwright.errors import InvalidInputError, ToolUnavailableError

if TYPE_CHECKING:
    from backwright.settings import Settings

LISTENER: Final = "BACKWRIGHT_WORKER_LISTENER"
"""The variable that tells a worker which descriptor is the socket that it answers."""

NUMBER: Final = "BACKWRIGHT_WORKER"
"""The variable that tells a worker which one it is, from 0."""

# What clients carry from one worker to another is sealed by the same key, and who asks has the same pseudonym in the
# log of each.
_KEYS: Final = ("BACKWRIGHT_STATE_KEYS", "BACKWRIGHT_LOG_KEY")
_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"

MOST: Final = 64
"""Workers of one process."""

_STEP_SECONDS: Final = 0.1
_EARLY_SECONDS: Final = 5.0
_TRIES: Final = 3


def is_worker(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is one of several."""
    return LISTENER in environment


def is_another() -> bool:
    """Whether this process is one of several, and not the first worker of them."""
    return is_worker() and os.environ.get(NUMBER) != "0"


def inherited() -> socket.socket | None:
    """The socket that this worker was started with; None in a process of its own."""
    if not is_worker():
        return None
    return socket.socket(fileno=int(os.environ[LISTENER]))


def joined() -> bool:
    """Whether this process is one of several; from now on it ends, as by a signal, when the one that started it has."""
    if is_worker():
        threading.Thread(target=_end_with_the_first, name="first-process", daemon=True).start()
    return is_worker()


def _end_with_the_first() -> None:
    with suppress(OSError, ValueError):
        while sys.stdin.buffer.read(1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def check_workers(count: int, settings: Settings) -> None:
    """Return if so many processes can share what they keep.

    Raises:
        InvalidInputError: they could not, or the system cannot hand a socket on.
    """
    if not 1 <= count <= MOST:
        raise InvalidInputError(f"--workers: {count} is no number from 1 to {MOST}", hint="one for each core is enough")
    if count == 1:
        return
    if os.name == "nt":
        raise InvalidInputError("--workers: Windows hands no socket on", hint="start several behind a proxy")
    if settings.database is not None and settings.database.startswith("memory:"):
        raise InvalidInputError(
            "--workers: contexts in memory are those of one process",
            hint="set BACKWRIGHT_DATABASE_URL to a database (sqlite:/// or postgresql://)",
        )
    if not settings.shares_records:
        raise InvalidInputError(
            "--workers: handles of reviews and sessions would be those of one process",
            hint="set BACKWRIGHT_CONTEXTS=1 and BACKWRIGHT_DATABASE_URL: all workers find them there",
        )


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    started: float


class Supervisor:
    """Starts workers and keeps so many running, until SIGINT or SIGTERM.

    Args:
        command: what a worker is.
        listener: the socket that they share.
        count: how many.
        stop_seconds: how long they have to finish what is in flight.
    """

    def __init__(self, command: Sequence[str], listener: socket.socket, count: int, *, stop_seconds: float) -> None:
        self._command = list(command)
        self._listener = listener
        self._count = count
        self._stop_seconds = stop_seconds
        self._workers: list[_Worker] = []
        self._ending = threading.Event()
        self._shared = {name: secrets.token_hex(32) for name in _KEYS if not os.environ.get(name)}
        self._failures = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes, by their number."""
        return tuple(worker.process.pid for worker in self._workers)

    def run(self) -> None:
        """Serve until told to end; then each worker finishes what it is at.

        Raises:
            ToolUnavailableError: workers end as soon as they start.
        """
        with tempfile.TemporaryDirectory(prefix="backwright-counts-") as counts:
            # What they count, they count together.
            self._shared |= {} if os.environ.get(_COUNTS) else {_COUNTS: counts}
            self._supervise()

    def _supervise(self) -> None:
        before = {number: signal.signal(number, self._end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._workers = [self._started(number) for number in range(self._count)]
            while not self._ending.wait(_STEP_SECONDS):
                self._keep()
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, _: int, __: FrameType | None) -> None:
        self._ending.set()

    def _started(self, number: int) -> _Worker:
        descriptor = self._listener.fileno()
        environment = {**os.environ, **self._shared, LISTENER: str(descriptor), NUMBER: str(number)}
        # Our own command and arguments, no shell, in a session of its own: a Ctrl-C is for the first of them alone.
        process = subprocess.Popen(  # noqa: S603
            self._command,
            env=environment,
            pass_fds=(descriptor,),
            # Its end tells them that this process is gone, however it went.
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return _Worker(process, time.monotonic())

    def _keep(self) -> None:
        for number, worker in enumerate(self._workers):
            code = worker.process.poll()
            if code is None:
                continue
            _let_go(worker)
            self._forget_counts(worker.process.pid)
            lived = time.monotonic() - worker.started
            self._failures = self._failures + 1 if lived < _EARLY_SECONDS else 0
            if self._failures >= _TRIES * self._count:
                raise ToolUnavailableError(
                    f"workers end as soon as they start, the last with exit code {code}",
                    hint="start one without --workers, and see what it says",
                )
            self._workers[number] = self._started(number)

    def _forget_counts(self, pid: int) -> None:
        """Let what one that has ended was at be no part of what all are at; what it has counted stays."""
        folder = self._shared.get(_COUNTS) or os.environ.get(_COUNTS)
        # As prometheus_client.multiprocess.mark_process_dead does, which this process has no use for else.
        for path in Path(folder).glob(f"gauge_live*_{pid}.db") if folder else ():
            path.unlink(missing_ok=True)

    def _stop(self) -> None:
        for worker in self._workers:
            with suppress(ProcessLookupError):
                worker.process.terminate()
        end = time.monotonic() + self._stop_seconds
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            _let_go(worker)


def _let_go(worker: _Worker) -> None:
    if worker.process.stdin is not None:
        worker.process.stdin.close()


def command_of_this_process() -> list[str]:
    """What was called, to be called again: the same arguments, by this interpreter.

    It imports nothing from the folder that it is started in, which may be anybody's project.
    """
    return [sys.executable, "-P", "-m", "backwright", *sys.argv[1:]]
