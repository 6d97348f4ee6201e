"""`skills/list` of 50 skills with 11 files over HTTP: requests a second of one worker, beside its cheapest request.

    uv run python -m tests.bench.skills_list [SECONDS]

The promise is 300 requests a second. `server/discover` shows what the machine and the HTTP stack leave at that moment;
on a busy machine the last column counts: what the server would do with a core of its own. (Linux only.)
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench._packs import write_scaled
from tests.bench._wire import META, table
from tests.mcp_api._connect import http_server

CLIENTS = 4


def client(url: str, method: str, until: float, times: list[float], sizes: set[int]) -> None:
    """Ask again and again over one connection, as one client does."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    connection.connect()
    # Else the system holds the body back until the head is acknowledged, which takes 40 ms.
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META}})
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": method,
    }
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("POST", parts.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200 or b'"error"' in data[:200]:
            raise RuntimeError(f"{answer.status}: {data[:200]!r}")
        sizes.add(len(data))
    connection.close()


def processor_of_children() -> float:
    """Seconds of processor time that the processes started here have taken."""
    ticks = 0
    for number in Path("/proc/self/task").glob("*/children"):
        for pid in number.read_text(encoding="ascii").split():
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measured(url: str, method: str, seconds: float) -> list[str]:
    """A row: size of the answer, requests a second, p50 and p99 in milliseconds, and what one costs the server."""
    before = processor_of_children()
    times: list[float] = []
    sizes: set[int] = set()
    until = time.perf_counter() + seconds
    clients = [threading.Thread(target=client, args=(url, method, until, times, sizes)) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    cost = (processor_of_children() - before) / len(times) * 1000
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    return [
        method,
        f"{max(sizes) / 1024:.0f} kB",
        f"{len(times) / seconds:.0f}",
        f"{statistics.median(times):.1f}",
        f"{p99:.1f}",
        f"{cost:.2f}",
        f"{1000 / cost:.0f}",
    ]


def main(seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        pack = write_scaled(Path(name), 50, 11)
        with http_server(pack) as url:
            measured(url, "skills/list", 1)
            rows = [measured(url, method, seconds) for method in ("server/discover", "skills/list", "tools/list")]
    head = ["request", "answer", "requests/s", "p50 ms", "p99 ms", "server ms", "of a whole core"]
    table(f"50 skills of 11 files, {CLIENTS} clients, {seconds:g} s each", head, rows)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
