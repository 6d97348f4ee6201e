"""Answers of a warm server over stdio, beside a bare SDK server's tool and resource, interleaved in one run.

    uv run python -m tests.bench.latency [CALLS]

The promise for `tools/call use_skill` and `resources/read` is a p50 of at most 1.15 times the bare server's.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from tests.bench._wire import Json, Wire, table

BARE = [sys.executable, str(Path(__file__).with_name("bare_server.py"))]
OURS = [sys.executable, "-m", "backwright", "serve"]

PAIRS: list[tuple[str, str, Json, Json]] = [
    (
        "tools/call",
        "tools/call",
        {"name": "page", "arguments": {"request": "add a FastAPI endpoint"}},
        {"name": "use_skill", "arguments": {"request": "add a FastAPI endpoint for invoices"}},
    ),
    ("resources/read", "resources/read", {"uri": "bare://page"}, {"uri": "skill://fastapi-endpoint/SKILL.md"}),
]


def timed(wire: Wire, method: str, params: Json) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    wire.call(method, params)
    return (time.perf_counter() - start) * 1000


def varied(params: Json, number: int) -> Json:
    """The same call for another request."""
    arguments = params.get("arguments")
    if not isinstance(arguments, dict):
        return params
    return {**params, "arguments": {**arguments, "request": f"{arguments['request']}, ticket {number}"}}


def main(calls: int) -> None:
    """Print the table."""
    rows = []
    with Wire(BARE) as bare, Wire(OURS) as ours:
        for title, method, bare_params, our_params in PAIRS:
            left, right = [], []
            for number in range(calls + 20):
                # No two requests are alike, so that nothing that remembers the last ones looks faster than it is.
                pair = (
                    timed(bare, method, varied(bare_params, number)),
                    timed(ours, method, varied(our_params, number)),
                )
                if number >= 20:  # the first calls import and fill caches
                    left.append(pair[0])
                    right.append(pair[1])
            base, own = statistics.median(left), statistics.median(right)
            p99 = sorted(right)[int(len(right) * 0.99)]
            rows.append([title, f"{base:.2f}", f"{own:.2f}", f"{p99:.2f}", f"{own / base:.2f}"])
    table(f"p50 over stdio, {calls} calls", ["call", "bare ms", "backwright ms", "p99 ms", "ratio"], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
