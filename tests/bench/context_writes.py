"""Writes of contexts by 32 clients: the group commit of SQLite beside a plain writer, and PostgreSQL.

    uv run python -m tests.bench.context_writes [SECONDS] [FOLDER]

The plain writer runs the same statements, one transaction a write, behind a lock. The rows are interleaved, and each
figure is the best of three rounds of so many seconds. FOLDER is on the disk to measure.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from backwright.contexts.context import LOCAL, Address
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Store, Unit
from backwright.contexts.stores._unit import SqlUnit
from backwright.contexts.stores.sqlite import SqliteStore
from tests.bench._wire import table
from tests.contexts._databases import fresh_database

T = TypeVar("T")
CLIENTS = 32
ROUNDS = 3


class PlainStore(SqliteStore):
    """The same store with one transaction a write."""

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run work in a transaction of its own, after all others."""
        with self._lock, self._writing.begin() as connection:
            return work(SqlUnit(connection, locks=False))


@dataclass(frozen=True)
class Round:
    """Writes a second, and the 99th percentile of a write in milliseconds."""

    rate: float
    p99: float


def measured(store: Store, seconds: float, tag: str) -> Round:
    """One round."""
    contexts = Contexts(store)
    end = time.perf_counter() + seconds
    times: list[float] = []
    lock = threading.Lock()

    def client(me: int) -> None:
        own = []
        number = 0
        while (start := time.perf_counter()) < end:
            number += 1
            address = Address(f"space-{me % 4}", f"{tag}-{me}-{number}")
            contexts.put(LOCAL, address, {"framework": "fastapi"}, type="project")
            own.append(time.perf_counter() - start)
        with lock:
            times.extend(own)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    times.sort()
    return Round(len(times) / seconds, times[int(len(times) * 0.99)] * 1000)


def main(seconds: float, folder: Path) -> None:
    """Print the table."""
    with fresh_database() as url:
        stores: dict[str, Store] = {
            "SQLite, plain": PlainStore(folder / "plain.db"),
            "SQLite": SqliteStore(folder / "group.db"),
            "PostgreSQL": open_store(url),
        }
        rounds: dict[str, list[Round]] = {name: [] for name in stores}
        for number in range(ROUNDS):
            for name, store in stores.items():
                rounds[name].append(measured(store, seconds, f"r{number}"))
        for store in stores.values():
            store.close()
    best = {name: max(found, key=lambda one: one.rate) for name, found in rounds.items()}
    plain = best["SQLite, plain"].rate
    rows = [[name, f"{one.rate:.0f}", f"{one.rate / plain:.2f}", f"{one.p99:.0f}"] for name, one in best.items()]
    table(f"{CLIENTS} clients that write", ["store", "writes/s", "of plain", "p99 ms"], rows)


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(dir=sys.argv[2] if len(sys.argv) > 2 else None))
    try:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0, place)
    finally:
        shutil.rmtree(place)
