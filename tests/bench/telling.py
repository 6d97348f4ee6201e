"""What it costs that a server tells of its requests: nothing, lines of JSON, metrics, traces; interleaved in one run.

    uv run python -m tests.bench.telling [CALLS] [ROUNDS] [SOURCES]

Over stdio each call of `use_skill` is timed, in turns over all the servers; over HTTP one client calls as soon as it is
answered. Processor time for each request is the firmer of the two. `SOURCES` is a folder with another `backwright`
package to compare with: `git archive COMMIT server | tar -x -C FOLDER`, then `FOLDER/server`.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

from tests.bench._load import Asked, closed_loop
from tests.bench._servers import Server, server
from tests.bench._wire import Wire, table
from tests.bench.latency import timed
from tests.deploy._service import free_port
from tests.observing._collector import Collector, collecting

COMMAND = (sys.executable, "-m", "backwright", "serve", "--no-reload")
NUMBERS = count()
_TICK = os.sysconf("SC_CLK_TCK")


def variants(collector: Collector) -> dict[str, Mapping[str, str]]:
    """What each server is told, by what is shown for it. The first is what the others are compared with."""
    quiet = {"BACKWRIGHT_LOG": "plain"}
    json = {"BACKWRIGHT_LOG": "json"}
    traced = quiet | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    return {"quiet": quiet, "JSON lines": json, "traces": traced, "both": traced | json}


def processor(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    stat = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, stat[11:13])) / _TICK


def arguments() -> dict[str, object]:
    """Those of a call; no two are alike."""
    asked = f"add a FastAPI endpoint for invoices, ticket {next(NUMBERS)}"
    return {"name": "use_skill", "arguments": {"request": asked}}


def request(port: int) -> bytes:
    """A call over HTTP."""
    return Asked("tools/call", arguments()).to_bytes(port)


def over_stdio(calls: int, rounds: int, told: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """The rows of the servers over stdio: each round is a part of the calls of each."""
    with ExitStack() as stack:
        wires = {
            name: stack.enter_context(Wire(COMMAND, env={**os.environ, **variables}))
            for name, variables in told.items()
        }
        times: dict[str, list[float]] = {name: [] for name in wires}
        used = dict.fromkeys(wires, 0.0)
        for wire in wires.values():
            for _ in range(30):  # the first calls import and fill caches
                wire.call("tools/call", arguments())
        for _ in range(rounds):
            for name, wire in wires.items():
                before = processor(wire.process.pid)
                times[name] += [timed(wire, "tools/call", arguments()) for _ in range(calls // rounds)]
                used[name] += processor(wire.process.pid) - before
    each = {name: used[name] / len(times[name]) * 1e6 for name in times}
    return rows({name: statistics.median(found) for name, found in times.items()}, each)


async def over_http(seconds: float, rounds: int, told: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """The rows of the servers over HTTP, one client each in its turn."""
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name, variables in told.items():
            servers[name] = stack.enter_context(server([*COMMAND, "--http", "--port"], environment=dict(variables)))
        counted = [*COMMAND, "--http", "--metrics-port", str(free_port()), "--port"]
        servers["metrics"] = stack.enter_context(server(counted, environment={"BACKWRIGHT_LOG": "plain"}))
        times: dict[str, list[float]] = {name: [] for name in servers}
        used = dict.fromkeys(servers, 0.0)
        for number in range(rounds + 1):
            for name, each in servers.items():
                before = each.processor()
                outcome = await closed_loop(each.port, partial(request, each.port), 1, seconds)
                if outcome.errors:
                    sys.exit(f"{name}: {outcome.errors[0]}")
                if number:  # the first round imports and fills caches
                    times[name] += outcome.times
                    used[name] += each.processor() - before
    cost = {name: used[name] / len(times[name]) * 1e6 for name in times}
    return rows({name: statistics.median(found) for name, found in times.items()}, cost)


def rows(medians: Mapping[str, float], cost: Mapping[str, float]) -> list[list[str]]:
    """A row for each server, compared with the first."""
    first = next(iter(medians))
    return [
        [
            name,
            f"{medians[name]:.3f}",
            f"{medians[name] / medians[first]:.2f}",
            f"{cost[name]:.0f}",
            f"{cost[name] / cost[first]:.2f}",
        ]
        for name in medians
    ]


def main(calls: int, rounds: int, sources: str | None) -> None:
    """Print the tables."""
    head = ["told", "p50 ms", "ratio", "CPU us", "ratio"]
    with collecting() as collector:
        told = variants(collector)
        if sources is not None:
            told = {"other sources": {"PYTHONPATH": sources, "BACKWRIGHT_LOG": "plain"}, **told}
        table(f"use_skill over stdio, {calls} calls in {rounds} rounds", head, over_stdio(calls, rounds, told))
        http = asyncio.run(over_http(2.0, rounds, told))
        table(f"use_skill over HTTP, {rounds} rounds of 2 s", head, http)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 1200,
        int(given[1]) if len(given) > 1 else 6,
        given[2] if len(given) > 2 else None,
    )
