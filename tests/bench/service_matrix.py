"""Every choice of options of a service: rendered, compiled and linted; with servers, the tests of few of them as well.

    uv run python -m tests.bench.service_matrix [--only N] [--tests] [--types]

--only takes each Nth choice; --tests and --types run the tests and mypy of the choices that hold each pair of options,
with Redis and, where the environment has TEST_DATABASE_URL, with that database.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from backwright.scaffold.render import ruff_path
from tests.bench._wire import table
from tests.scaffold._services import OPTIONS, pairwise, running_redis, scaffold_service
from tests.scaffold.test_services import run


def choices(only: int) -> list[dict[str, object]]:
    """Each choice of options, or each Nth."""
    every = [dict(zip(OPTIONS, values, strict=True)) for values in product(*OPTIONS.values())]
    return every[::only]


def render(folder: Path, chosen: list[dict[str, object]]) -> list[str]:
    """What is wrong with the choices when they are written, compiled and linted."""
    wrong = []
    for number, values in enumerate(chosen):
        root = folder / f"matrix{number}"
        scaffold_service(root, {"name": f"matrix{number}", **values})
        for path in root.rglob("*.py"):
            compile(path.read_bytes(), str(path), "exec")
        for command in (["check"], ["format", "--check"]):
            done = subprocess.run(
                [ruff_path(), *command, "--no-cache", "--quiet", "."],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            wrong += [f"{values}: {done.stdout}"] if done.returncode else []
    return wrong


def prove(folder: Path, *, tests: bool, types: bool) -> list[tuple[str, str]]:
    """What the tests and mypy say of the choices that hold each pair of options."""
    rows = []
    database = {name: url for name in ("TEST_DATABASE_URL",) if (url := os.environ.get(name))}
    with running_redis(folder) as redis:
        for number, values in enumerate(pairwise()):
            root = folder / f"pair{number}"
            scaffold_service(root, {"name": f"pair{number}", **values})
            name = " ".join(f"{key}={value}" for key, value in values.items() if key != "description")
            try:
                if tests:
                    said = run(
                        root, "pytest", "-q", "-p", "no:cacheprovider", "--cov", TEST_REDIS_URL=redis, **database
                    )
                    rows.append((name, said.strip().splitlines()[-1]))
                if types:
                    said = run(root, "mypy", "--strict", "--cache-dir", str(folder / "mypy"))
                    rows.append((name, said.strip()))
            except AssertionError as error:
                rows.append((name, f"FAILED {error}"))
    return rows


def main() -> int:
    """Print the tables; 1 where anything is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", type=int, default=1)
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("--types", action="store_true")
    arguments = parser.parse_args()
    chosen, start = choices(arguments.only), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        wrong = render(Path(name), chosen)
        spent = f"{time.perf_counter() - start:.0f}"
        table("choices of options", ("choices", "wrong", "seconds"), [(str(len(chosen)), str(len(wrong)), spent)])
        print("\n".join(wrong))
        proved = prove(Path(name), tests=arguments.tests, types=arguments.types)
        table("pairs of options", ("choice", "said"), proved)
    return int(bool(wrong) or any("FAILED" in said for _, said in proved))


if __name__ == "__main__":
    sys.exit(main())
