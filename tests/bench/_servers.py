"""Servers for benchmarks: started on a port of their own, watched through /proc (Linux only), stopped by a handle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.deploy._service import answers, free_port

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
PATIENCE: Final = 60.0


class Server:
    """A process that serves, with the workers that it has started."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def processor(self) -> float:
        """Seconds of processor time that it and its workers have taken."""
        return sum(sum(map(int, _stat(pid)[11:13])) for pid in self._pids()) / _TICK

    def memory(self) -> int:
        """Bytes that lie in memory."""
        return sum(int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) for pid in self._pids()) * _PAGE

    def descriptors(self) -> int:
        """Open files and connections."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self._pids())

    def threads(self) -> int:
        """Threads."""
        return sum(int(_stat(pid)[17]) for pid in self._pids())

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Seconds until it has ended."""
        started = time.monotonic()
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - started

    def _pids(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text("ascii").split())
        return found


def _stat(pid: int) -> Sequence[str]:
    """What `/proc/PID/stat` says from the state on (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()


@contextmanager
def server(
    command: Sequence[str], *, path: str = "/health", environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """A server whose command ends with its port."""
    port = free_port()
    process = subprocess.Popen(
        [*command, str(port)],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    made = Server(process, port)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _is_there(port, path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} does not serve")
            time.sleep(0.05)
        yield made
    finally:
        if process.poll() is None:
            made.stop()


def _is_there(port: int, path: str) -> bool:
    from http.client import HTTPConnection

    if path:
        return answers(port, path)
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("DELETE", "/mcp")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


HERE: Final = Path(__file__).parent
BARE: Final = (sys.executable, str(HERE / "bare_server.py"))
OURS: Final = (sys.executable, "-m", "backwright", "serve", "--http", "--port")
WITH_ECHO: Final = (sys.executable, str(HERE / "echo_server.py"), "serve", "--http", "--port")
