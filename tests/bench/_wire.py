"""A raw client for benchmarks: newline-delimited JSON-RPC over a process's pipes, no SDK on this side."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
}

Json = dict[str, object]


class Wire:
    """One server process and the two pipes to it; leaving the context closes stdin and waits for the exit."""

    def __init__(self, command: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._id = 0

    def call(self, method: str, params: Json | None = None) -> Json:
        """Send one request and return its whole answer."""
        self._id += 1
        message = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": {**(params or {}), "_meta": META}}
        stdin, stdout = _open(self.process.stdin), _open(self.process.stdout)
        stdin.write(json.dumps(message).encode() + b"\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if not isinstance(answer, dict) or "error" in answer:
            raise RuntimeError(f"{method}: {answer}")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _open(self.process.stdin).close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the process has no pipe")
    return pipe


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with its columns lined up."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    print(f"\n{title}")
    for row in [head, *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
