"""Writers of several processes on one SQLite file: whether each makes progress, and how much is written in all.

    uv run python -m tests.bench.context_processes [SECONDS] [FOLDER]

32 clients in all, evenly in 1, 2, 4 and 8 processes. A share is what the process with the fewest (the most) writes has
of an even share; a write is refused when it has waited for the others too long. FOLDER is on the disk to measure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backwright.contexts.context import LOCAL, Address
from backwright.contexts.service import Contexts
from backwright.contexts.stores.sqlite import SqliteStore
from backwright.errors import StoreUnavailableError
from tests.bench._wire import table

CLIENTS = 32
PROCESSES = (1, 2, 4, 8)


def write(path: Path, me: int, clients: int, seconds: float) -> None:
    """One process: waits for a line, writes, and prints the milliseconds of each write and how many were refused."""
    store = SqliteStore(path)
    contexts = Contexts(store)
    times: list[float] = []
    refused: list[float] = []
    lock = threading.Lock()
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.perf_counter() + seconds

    def client(mine: int) -> None:
        number = 0
        while (start := time.perf_counter()) < end:
            number += 1
            address = Address(f"space-{me}", f"c-{mine}-{number}")
            try:
                contexts.put(LOCAL, address, {"framework": "fastapi"}, type="project")
            except StoreUnavailableError:
                took = refused
            else:
                took = times
            with lock:
                took.append((time.perf_counter() - start) * 1000)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    store.close()
    print(json.dumps([times, len(refused)]))


def together(path: Path, processes: int, seconds: float) -> list[str]:
    """The row of so many processes."""
    SqliteStore(path).close()
    clients = str(CLIENTS // processes)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.context_processes", "write", str(path), str(me), clients, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for me in range(processes)
    ]
    for each in running:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    found: list[tuple[list[float], int]] = [json.loads(each.communicate()[0]) for each in running]
    counts = sorted(len(times) for times, _ in found)
    times = sorted(one for times, _ in found for one in times)
    even = sum(counts) / processes
    return [
        str(processes),
        f"{sum(counts) / seconds:.0f}",
        f"{counts[0] / even:.2f} to {counts[-1] / even:.2f}",
        f"{times[int(len(times) * 0.99)]:.0f}",
        f"{times[-1]:.0f}",
        str(sum(refused for _, refused in found)),
    ]


def main(seconds: float, folder: Path) -> None:
    """Print the table."""
    rows = [together(folder / f"{processes}.db", processes, seconds) for processes in PROCESSES]
    table(f"{CLIENTS} clients on one file", ["processes", "writes/s", "shares", "p99 ms", "longest", "refused"], rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
    else:
        place = Path(tempfile.mkdtemp(dir=sys.argv[2] if len(sys.argv) > 2 else None))
        try:
            main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0, place)
        finally:
            shutil.rmtree(place)
