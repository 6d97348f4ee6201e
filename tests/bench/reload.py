"""Many reloads under many readers: no reader ever sees bytes and a digest that were not published together.

    uv run python -m tests.bench.reload [RELOADS] [READERS]

tests/catalog/test_library.py does the same with small counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from backwright.app import App
from backwright.settings import Settings
from tests.bench._wire import table
from tests.catalog._packs import front, skill_md, write_pack

NAMES = ("one", "two", "three")
Look = tuple[bytes, ...]


def look(app: App) -> Look:
    """What one request sees: two files and their digest, and the digest of the whole."""
    with app.snapshots.pinned() as snapshot:
        catalog = snapshot.catalog
        files = [catalog.get(name).file("SKILL.md") for name in NAMES]
        digests = [file.digest.encode() for file in files]
        return (*(file.verified() for file in files), *digests, app.catalog.digest.encode())


def read(app: App, done: threading.Event, seen: set[Look], counts: list[int]) -> None:
    """Look until told to stop."""
    count = 0
    while not done.wait(0.001):
        seen.add(look(app))
        count += 1
    counts.append(count)


def main(reloads: int, readers: int) -> None:
    """Print the table; exit with 1 if a mixture was seen."""
    with tempfile.TemporaryDirectory() as name:
        pack = write_pack(Path(name), *NAMES)
        app = App(Settings(pack=pack, allow_unlocked=True))
        published, seen, counts, times = {look(app)}, set[Look](), list[int](), list[float]()
        done = threading.Event()
        threads = [threading.Thread(target=read, args=(app, done, seen, counts)) for _ in range(readers)]
        for thread in threads:
            thread.start()
        for number in range(reloads):
            for each in NAMES:
                text = skill_md(front(each), f"# Edit {number}\n")
                (pack / "skills" / each / "SKILL.md").write_text(text, encoding="utf-8")
            start = time.perf_counter()
            swap = app.snapshots.reload()
            times.append((time.perf_counter() - start) * 1000)
            if swap is None:
                sys.exit(f"edit {number} was not seen")
            published.add(look(app))
        done.set()
        for thread in threads:
            thread.join()
    mixed = len(seen - published)
    p99 = sorted(times)[int(len(times) * 0.99)]
    row = [str(reloads), str(readers), str(sum(counts)), str(len(seen)), str(mixed)]
    head = ["reloads", "readers", "looks", "distinct", "mixed", "reload p50 ms", "p99 ms"]
    table("reloads under readers", head, [[*row, f"{statistics.median(times):.1f}", f"{p99:.1f}"]])
    sys.exit(1 if mixed else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 50)
