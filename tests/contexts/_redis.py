"""A Redis of a test's own, which it may kill and start again: what it has taken is on its disk."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRED = "BACKWRIGHT_REQUIRE_REDIS"
_PATIENCE = 30


class OwnRedis:
    """A server on a port of its own, not yet started."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._command = [program, *options, "--appendonly", "yes", "--appendfsync", "always"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Return once it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                if time.monotonic() > deadline:
                    raise

    def kill(self) -> None:
        """As a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    """A Redis that is gone at the end; without the program the test is skipped, or fails if it is required."""
    program = shutil.which("redis-server")
    if program is None:
        why = "there is no redis-server: what speaks to Redis is NOT tested"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    folder.mkdir(parents=True, exist_ok=True)
    server = OwnRedis(program, folder)
    try:
        yield server
    finally:
        server.kill()
