"""A PostgreSQL of a test's own, which it may stop and start again: a cluster in memory, on a port of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.pack._postgres import REQUIRED

_PATIENCE = 30
# It refuses to run as root.
_USER = "postgres" if os.geteuid() == 0 else None


class OwnPostgres:
    """A cluster, not yet started.

    Args:
        programs: the folder of `initdb` and `postgres`.
        folder: an empty one, of the user that they run as.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        data = folder / "db"
        making = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
        ]
        subprocess.run(making, user=_USER, cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=_PATIENCE)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": str(folder),
            # What is stopped here is a program and not the machine: what it has handed to the system is there again.
            "fsync": "off",
            "max_connections": "60",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._command = [str(programs / "postgres"), "-D", str(data), *settings]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Return once it answers."""
        self.begin()
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert self._process is not None
                assert self._process.poll() is None, "PostgreSQL ended"
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def begin(self) -> None:
        """Start it, and do not wait for it."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, user=_USER, cwd=self._folder, stdout=log, stderr=log)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """At once, as a crash does (SIGQUIT), or after cutting every connection (SIGINT)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None

    def run(self, statement: str) -> None:
        """Run a statement as its administrator."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL that is gone at the end; without its programs the test is skipped, or fails if it is required."""
    programs = _programs()
    if programs is None:
        why = "there is no initdb: what a restart of PostgreSQL does is NOT tested"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    # Not below the folder of the tests, which its user may not enter.
    memory = next((place for place in ("/dev/shm", "/tmp") if os.access(place, os.W_OK)), None)  # noqa: S108  as mkdtemp
    folder = Path(tempfile.mkdtemp(prefix="backwright-postgres-", dir=memory))
    try:
        if _USER is not None:
            shutil.chown(folder, _USER)
        server = OwnPostgres(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    named = shutil.which("initdb")
    if named is not None:
        return Path(named).resolve().parent
    with suppress(OSError):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        return found[-1].parent if found else None
    return None
