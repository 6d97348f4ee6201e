"""A large catalog: start, the first read after it, reads with reload on, a reload, and paging through all of it.

    uv run python -m tests.bench.catalog_scale [ROUNDS] [--fastmcp PYTHON]

PYTHON is an interpreter that has `fastmcp`: its skills provider then serves the same files in the same run. The
promises, at 1,000 skills of 5 files: a start under 1 s from the index and under 2.5 s without one, a read under 2 ms
p99 in process with reload on. Starts with and without an index take turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
from mcp import Client

from backwright.app import App
from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.indexing import Indexing
from backwright.catalog.stamp import RACY_NS
from backwright.mcp_api.server import build_server
from backwright.settings import Settings
from tests.bench._packs import write_scaled
from tests.bench._wire import Json, Wire, table

FASTMCP = """
import sys
from pathlib import Path
from fastmcp import FastMCP
from fastmcp.server.providers.skills import SkillsDirectoryProvider
server = FastMCP("skills")
server.add_provider(SkillsDirectoryProvider(roots=Path(sys.argv[1]), reload=sys.argv[2] == "reload"))
server.run(show_banner=False)
"""
READS = 2_000


def processor(work: Callable[[], object]) -> float:
    """Seconds of processor time that some work takes; the least of three."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def started(command: list[str], cwd: Path, rounds: int, *caches: str) -> list[list[float]]:
    """Seconds from the start of a process to its first `prompts/list`, which is when it knows its skills.

    Args:
        command: the process.
        cwd: where it runs.
        rounds: how often, after a first time that does not count.
        caches: what `BACKWRIGHT_CACHE` is, one after the other in each round; a row each.
    """
    found: list[list[float]] = [[] for _ in caches]
    for _ in range(rounds + 1):
        for cache, row in zip(caches, found, strict=True):
            with Wire(command, cwd=cwd, env=os.environ | {"BACKWRIGHT_CACHE": cache}) as wire:
                wire.call("prompts/list")
                row.append(time.perf_counter() - wire.started)
    return [row[1:] for row in found]


def second(command: list[str], cwd: Path, rounds: int, cache: str) -> list[float]:
    """Milliseconds of the request that follows at once: meanwhile the server reads what it took from the index."""
    found = []
    for _ in range(rounds):
        with Wire(command, cwd=cwd, env=os.environ | {"BACKWRIGHT_CACHE": cache}) as wire:
            wire.call("prompts/list")
            start = time.perf_counter()
            wire.call("tools/list")
            found.append((time.perf_counter() - start) * 1000)
    return found


def leave_index(pack: Path, cache: Path) -> None:
    """Leave an index of the whole pack."""
    while True:
        app = App(Settings(pack=pack, cache=cache))
        app.snapshots.settle()
        known = Indexing(cache, pack).known()
        if known is not None and len(known.index.rows) == len(app.catalog.skills):
            return
        # The youngest files are too young to be known again.
        time.sleep(RACY_NS / 1e9)


def settling(pack: Path, cache: Path) -> float:
    """Seconds of processor time to read, after the first answer, what a start took from the index."""
    app = App(Settings(pack=pack, cache=cache))
    assert app.catalog.skills
    start = time.process_time()
    app.snapshots.settle()
    return time.process_time() - start


def from_index(pack: Path, cache: Path) -> Catalog:
    """The catalog as a start from an index serves it first."""
    return App(Settings(pack=pack, cache=cache)).catalog


def reads(command: list[str], cwd: Path, uris: list[str], count: int) -> list[float]:
    """Milliseconds of reads over stdio."""
    found = []
    with Wire(command, cwd=cwd) as wire:
        wire.call("tools/list")
        for number in range(count):
            params: Json = {"uri": uris[number % len(uris)]}
            start = time.perf_counter()
            wire.call("resources/read", params)
            found.append((time.perf_counter() - start) * 1000)
    return found


async def in_process(pack: Path) -> list[float]:
    """Milliseconds of reads by the SDK's client in this process, with reload on."""
    found = []
    async with Client(build_server(App(Settings(pack=pack, reload=True))), cache=None) as client:
        await client.list_tools()
        for number in range(READS):
            uri = f"skill://skill-{number % 1000:05}/references/file-00.md"
            start = time.perf_counter()
            await client.read_resource(uri)
            found.append((time.perf_counter() - start) * 1000)
    return found


async def paged(pack: Path) -> list[list[str]]:
    """Every page of every list, and how long they took."""
    rows = []
    async with Client(build_server(App(Settings(pack=pack))), cache=None) as client:
        for name, list_page in (("prompts/list", client.list_prompts), ("resources/list", client.list_resources)):
            pages, cursor, start, slowest = 0, None, time.perf_counter(), 0.0
            while pages == 0 or cursor is not None:
                begun = time.perf_counter()
                cursor = (await list_page(cursor=cursor)).next_cursor
                slowest = max(slowest, time.perf_counter() - begun)
                pages += 1
            whole = time.perf_counter() - start
            rows.append([name, str(pages), f"{whole:.2f}", f"{whole / pages * 1000:.1f}", f"{slowest * 1000:.0f}"])
    return rows


def p99(values: list[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(values)[int(len(values) * 0.99)]


def main(rounds: int, fastmcp: str | None) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many, huge = (write_scaled(folder / str(skills), skills, 5) for skills in (10, 1_000, 10_000))
        ours = [sys.executable, "-m", "backwright", "serve", "--pack"]
        cache = folder / "cache"
        for pack in (many, huge):
            leave_index(pack, cache)
        rows = [["backwright, 10 skills", *_spread(started([*ours, str(few)], folder, rounds, "off")[0])]]
        for pack in (many, huge):
            both = started([*ours, str(pack)], folder, rounds, "off", str(cache))
            for how, taken in zip(("no index", "index"), both, strict=True):
                rows.append([f"backwright, {pack.name} skills, {how}", *_spread(taken)])
        if fastmcp is not None:
            theirs = [fastmcp, "-c", FASTMCP, str(many / "skills"), "still"]
            rows.append(["FastMCP, 1000 skills", *_spread(started(theirs, folder, rounds, "off")[0])])
        table(f"spawn to first list of skills, {rounds} rounds", ["server", "min s", "median s"], rows)
        rows = [
            [how, *_spread(second([*ours, str(many)], folder, rounds, each))]
            for how, each in (("no index", "off"), ("index", str(cache)))
        ]
        table("the next request, 1000 skills", ["start", "min ms", "median ms"], rows)
        loads = [
            [
                pack.name,
                f"{processor(partial(load_catalog, pack)):.2f}",
                f"{processor(partial(from_index, pack, cache)):.2f}",
                f"{min(settling(pack, cache) for _ in range(3)):.2f}",
            ]
            for pack in (many, huge)
        ]
        table("a load, processor s", ["skills", "whole", "from the index", "settling it"], loads)
        app = App(Settings(pack=many))
        assert len(app.catalog.skills) == 1_000
        table("looking again", ["skills", "processor s"], [["1000", f"{processor(app.snapshots.reload):.2f}"]])
        own = anyio.run(in_process, many)
        rows = [["backwright in process, reload on", f"{statistics.median(own):.2f}", f"{p99(own):.2f}"]]
        uris = [f"skill://skill-{number:05}/SKILL.md" for number in range(1_000)]
        wire = reads([*ours, str(many)], folder, uris, READS)
        rows.append(["backwright over stdio, reload on", f"{statistics.median(wire):.2f}", f"{p99(wire):.2f}"])
        if fastmcp is not None:
            theirs = [fastmcp, "-c", FASTMCP, str(many / "skills"), "reload"]
            slow = reads(theirs, folder, uris, 10)
            rows.append(["FastMCP over stdio, reload on", f"{statistics.median(slow):.2f}", f"{p99(slow):.2f}"])
        table(f"a read at 1,000 skills, {READS} reads", ["server", "p50 ms", "p99 ms"], rows)
        table("10,000 skills, all pages", ["list", "pages", "s", "ms a page", "slowest ms"], anyio.run(paged, huge))


def _spread(values: list[float]) -> list[str]:
    return [f"{min(values):.2f}", f"{statistics.median(values):.2f}"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--fastmcp", metavar="PYTHON")
    given = parser.parse_args()
    main(given.rounds, given.fastmcp)
