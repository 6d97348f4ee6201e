"""Fuzzes what reads hostile input: `python -m tests.bench.fuzz --seconds N [--target NAME] [--seed N] [--atheris]`.

Each target gets its share of the time. A finding is written to a file, with what made it; the run ends with 1 if there
is one. Mutation is blind unless atheris is there (`pip install --target DIR atheris`, with DIR on PYTHONPATH), whose
mutations follow what they reach.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import sys
import time
import traceback
from pathlib import Path
from types import FunctionType
from typing import Any

from tests.bench._wire import table
from tests.hostile import _targets
from tests.hostile._mutate import LONGEST, mutants
from tests.hostile._targets import TARGETS


def run(name: str, seconds: float, seed: int, into: Path) -> tuple[int, dict[str, Path]]:
    """How often a target was run, and a file for each kind of finding."""
    fuzzed = TARGETS[name]
    target, found, count = fuzzed.make(), dict[str, Path](), 0
    end = time.monotonic() + seconds
    for data in mutants(seed, fuzzed.corpus(), fuzzed.words):
        if time.monotonic() > end:
            break
        count += 1
        try:
            target(data)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
            if kind not in found:
                found[kind] = _kept(into, name, data)
                traceback.print_exc()
    return count, found


def _kept(into: Path, name: str, data: bytes) -> Path:
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


def guided(name: str, seconds: float, into: Path) -> None:
    """One target under atheris, which ends the process."""
    import importlib

    atheris: Any = importlib.import_module("atheris")
    fuzzed = TARGETS[name]
    target = fuzzed.make()
    # What is counted at each branch takes several times as long.
    _targets.SLACK = 10.0
    seeds = into / f"{name}-corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(fuzzed.corpus()):
        (seeds / f"{number:04}").write_bytes(data)
    for function in gc.get_objects():
        # What is not ours is left as it is: to instrument all of it takes minutes.
        if isinstance(function, FunctionType) and str(function.__module__).startswith("backwright."):
            atheris.instrument_func(function)
    options = [
        f"-max_total_time={int(seconds)}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={into}/{name}-",
        "-timeout=30",
    ]
    atheris.Setup([sys.argv[0], *options, str(seeds)], target)
    atheris.Fuzz()


def main() -> int:
    """Run, and print what was run and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=Path("fuzz-findings"), help="where findings are written")
    parser.add_argument("--atheris", action="store_true", help="follow coverage; one target at a time")
    chosen = parser.parse_args()
    names = [chosen.target] if chosen.target else list(TARGETS)
    if chosen.atheris:
        guided(names[0], chosen.seconds, chosen.into)
    rows, findings = [], 0
    for name in names:
        count, found = run(name, chosen.seconds / len(names), chosen.seed, chosen.into)
        rows.append((name, f"{count:,}", str(len(found)), ", ".join(found) or "-"))
        findings += len(found)
    table(f"{chosen.seconds:g} s, seed {chosen.seed}", ("target", "runs", "findings", "which"), rows)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
