"""How long a plan and its writing take, warm, in one process.

    uv run python -m tests.bench.scaffold [ROUNDS]

Bounds: the plan of an endpoint 150 ms, applying it 100 ms.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from backwright.scaffold import engine
from tests.bench._wire import table
from tests.scaffold._projects import EXAMPLES, HOST, TEMPLATE, write

Result = TypeVar("Result")
VALUES = EXAMPLES[0].values


def timed(work: Callable[[], Result], into: list[float]) -> Result:
    """Do it and note the milliseconds."""
    start = time.perf_counter()
    result = work()
    into.append((time.perf_counter() - start) * 1000)
    return result


def main(rounds: int) -> None:
    """Print the table."""
    rows = []
    for what, files in (("a new project", dict[str, str]()), ("a project that is there", HOST)):
        plans, applies, again = list[float](), list[float](), list[float]()
        for number in range(rounds):
            # Another resource each time, since what was formatted once is remembered.
            values = VALUES | {"resource": f"invoice_{chr(97 + number // 26)}{chr(97 + number % 26)}", "plural": None}
            folder = Path(tempfile.mkdtemp(prefix="backwright-bench-"))
            root = folder / "desk"
            root.mkdir()
            write(root, files)
            plan = timed(partial(engine.plan_endpoint, root, TEMPLATE, values), plans)
            timed(partial(engine.apply, plan, root), applies)
            timed(partial(engine.plan_endpoint, root, TEMPLATE, values), again)
            shutil.rmtree(folder)
        for name, times in (("plan", plans), ("apply", applies), ("plan again", again)):
            rows.append((f"{name}, {what}", f"{statistics.median(times):.0f}", f"{max(times[1:] or times):.0f}"))
    table("an endpoint, and the project around it where it is new", ("step", "median ms", "slowest ms"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
