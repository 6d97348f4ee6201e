"""How long a plan and its writing take, warm, in one process.

    uv run python -m tests.bench.scaffold [ROUNDS]

Bounds: the plan of an endpoint 150 ms, applying it 100 ms; the plan of a whole service 400 ms.
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
from backwright.scaffold.plan import Plan
from tests.bench._wire import table
from tests.scaffold import _projects, _services
from tests.scaffold._projects import EXAMPLES, HOST, write
from tests.scaffold._services import ALL

Result = TypeVar("Result")
Planner = Callable[[Path, dict[str, object]], Plan]
Row = tuple[str, str, str]
VALUES = EXAMPLES[0].values


def timed(work: Callable[[], Result], into: list[float]) -> Result:
    """Do it and note the milliseconds."""
    start = time.perf_counter()
    result = work()
    into.append((time.perf_counter() - start) * 1000)
    return result


def measure(rounds: int, plan: Planner, values: Callable[[str], dict[str, object]], files: dict[str, str]) -> list[Row]:
    """Plan, apply and plan again in a new folder each time; the median and the slowest but the first."""
    steps: dict[str, list[float]] = {"plan": [], "apply": [], "plan again": []}
    for number in range(rounds):
        # Another name each time, since what was formatted once is remembered.
        given = values(f"{chr(97 + number // 26)}{chr(97 + number % 26)}")
        folder = Path(tempfile.mkdtemp(prefix="backwright-bench-"))
        root = write(folder / "desk", files)
        root.mkdir(exist_ok=True)
        made = timed(partial(plan, root, given), steps["plan"])
        timed(partial(engine.apply, made, root), steps["apply"])
        timed(partial(plan, root, given), steps["plan again"])
        shutil.rmtree(folder)
    return [(name, f"{statistics.median(t):.0f}", f"{max(t[1:] or t):.0f}") for name, t in steps.items()]


def endpoint(name: str) -> dict[str, object]:
    """An endpoint of this name."""
    return VALUES | {"resource": f"invoice_{name}", "plural": None}


def service(name: str) -> dict[str, object]:
    """A whole service of this name."""
    return ALL | {"name": f"desk-{name}"}


def main(rounds: int) -> None:
    """Print the tables."""
    columns = ("step", "median ms", "slowest ms")
    table("an endpoint in a new project", columns, measure(rounds, _projects.plan, endpoint, {}))
    table("an endpoint in a project that is there", columns, measure(rounds, _projects.plan, endpoint, HOST))
    table("a whole service", columns, measure(rounds, _services.plan, service, {}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
