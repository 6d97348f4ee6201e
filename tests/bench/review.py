"""What a review costs: `python -m tests.bench.review [RUNS]`.

Changes of three sizes are made of this package's own sources, with their files at hand. Each is reviewed by turns with
what ruff alone takes for the same files after the change, so that both meet the same load. `wall` is the time that
passed, `cpu` what this process itself worked; memory is the peak of a process of its own that does nothing else. The
parser of diffs is held against unidiff, where that is installed: put it on the path from outside, as with
`pip install --target DIR unidiff` and `PYTHONPATH=DIR`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import backwright.review
from backwright.cli.main import YOUNG
from backwright.review import ruff
from backwright.review.diff import parse_diff
from backwright.review.engine import all_rules, nothing, review
from backwright.review.facts import Facts
from backwright.review.reading import read_diff

TARGETS: Final = {208: 100.0, 5_000: 1_500.0, 50_000: 6_000.0}
"""Milliseconds by lines of the diff, warm, with the files at hand."""
MEMORY: Final = 300
"""MB, for a diff of any of these sizes."""
FASTER_THAN_UNIDIFF: Final = 2.0
_LEAST: Final = 40
"""Lines of a file that is worth a hunk."""


@dataclass
class Clock:
    """Milliseconds of each run."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def time(self, work: Callable[[], object]) -> None:
        """Run it once."""
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    def row(self, name: str) -> str:
        """A line of a table: medians, and the quickest and the slowest run."""
        middle, own = statistics.median(self.wall), statistics.median(self.cpu)
        return f"{name:<34}{middle:>9.1f}{min(self.wall):>9.1f}{max(self.wall):>9.1f}{own:>9.1f}"


def change(lines: int) -> tuple[bytes, Mapping[str, bytes]]:
    """A diff of that many lines, which adds four lines in each group of thirty, and the files after it.

    The same file comes again under another folder once all have been used.
    """
    parts: list[str] = []
    texts: dict[str, bytes] = {}
    own = sorted(Path(next(iter(backwright.review.__path__))).rglob("*.py"))
    sources = [text for path in own if len(text := path.read_text(encoding="utf-8").split("\n")[:-1]) >= _LEAST]
    while len(parts) < lines:
        number = len(texts)
        text, name = sources[number % len(sources)], f"app/p{number // len(sources)}/m{number % len(sources)}.py"
        parts += [f"diff --git a/{name} b/{name}", f"--- a/{name}", f"+++ b/{name}"]
        for hunk, start in enumerate(range(0, len(text) - 10, 30)):
            if len(parts) >= lines:
                break
            marked = [("+" if 3 <= at < 7 else " ") + line for at, line in enumerate(text[start : start + 10])]
            parts += [f"@@ -{start + 1 - 4 * hunk},6 +{start + 1},10 @@", *marked]
        texts[name] = "".join(f"{line}\n" for line in text).encode()
    return "".join(f"{line}\n" for line in parts).encode(), texts


def _ruff_alone(data: bytes, texts: Mapping[str, bytes]) -> Callable[[], object]:
    pieces = read_diff(parse_diff(data), read_new=texts.get, read_old=nothing).pieces

    def work() -> object:
        with ruff.started(pieces, Facts()) as run:
            return run.collect({})

    return work


def measure(lines: int, runs: int) -> bool:
    """Print the table for one size; whether its targets are met."""
    data, texts = change(lines)
    whole = sum(text.count(b"\n") for text in texts.values())
    print(f"\n{len(data.splitlines())} diff lines, {len(texts)} files of {whole} lines, {runs} runs")
    print(f"{'milliseconds':<34}{'wall':>9}{'least':>9}{'most':>9}{'cpu':>9}")
    works: dict[str, Callable[[], object]] = {
        "review, files at hand": lambda: review(parse_diff(data), read_new=texts.get),
        "review, diff alone": lambda: review(parse_diff(data)),
        "ruff alone, files at hand": _ruff_alone(data, texts),
    }
    clocks = {name: Clock() for name in works}
    for _ in range(runs):
        for name, work in works.items():
            clocks[name].time(work)
    for name, clock in clocks.items():
        print(clock.row(name))
    report = review(parse_diff(data), read_new=texts.get)
    peak = _peak(lines)
    print(f"read {report.stats.reviewed} of {report.stats.added_python} added lines; peak memory {peak} MB")
    took = statistics.median(clocks["review, files at hand"].wall)
    met = took <= TARGETS[lines] and peak <= MEMORY
    print(f"target {TARGETS[lines]:.0f} ms and {MEMORY} MB: {'met' if met else 'missed'}")
    return met


def _peak(lines: int) -> int:
    """The peak memory, in MB, of a process that does nothing but one review."""
    command = [sys.executable, "-m", "tests.bench.review", "--child", str(lines)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _child(lines: int) -> None:
    data, texts = change(lines)
    review(parse_diff(data), read_new=texts.get)
    print(_high_water() // 1024)


def _high_water() -> int:
    """The peak memory of this process in KiB; what the kernel counts for it includes its parent's before it began."""
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def parsers(runs: int) -> bool:
    """Print how fast a large diff is parsed; whether that is fast enough, as far as it can be told."""
    data, _ = change(50_000)
    text = data.decode()
    ours, theirs = Clock(), Clock()
    try:
        patch_set: Callable[[str], object] = importlib.import_module("unidiff").PatchSet
    except ImportError:
        print("\nparse 50,000 diff lines: unidiff is not installed, so it is not compared")
        return True
    for _ in range(runs):
        ours.time(lambda: parse_diff(data))
        theirs.time(lambda: patch_set(text))
    faster = statistics.median(theirs.cpu) / statistics.median(ours.cpu)
    print(f"\n{'parse 50,000 diff lines':<34}{'wall':>9}{'least':>9}{'most':>9}{'cpu':>9}")
    print(ours.row("backwright"))
    print(theirs.row("unidiff"))
    met = faster >= FASTER_THAN_UNIDIFF
    print(f"{faster:.1f} times as fast; target {FASTER_THAN_UNIDIFF:.0f}: {'met' if met else 'missed'}")
    return met


def main() -> int:
    """Print the tables; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="?", type=int, default=9, help="of the smallest change; larger ones get fewer")
    parser.add_argument("--child", type=int, metavar="LINES", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        gc.set_threshold(YOUNG)
        _child(options.child)
        return 0
    # As the command does.
    gc.set_threshold(YOUNG)
    first = Clock()
    data, texts = change(208)
    first.time(lambda: review(parse_diff(data), read_new=texts.get))
    print(f"{len(all_rules())} rules of ours; the first review, which loads them: {first.wall[0]:.0f} ms")
    met = [measure(lines, max(1, options.runs // share)) for lines, share in zip(TARGETS, (1, 3, 9), strict=True)]
    return int(not all([*met, parsers(max(1, options.runs // 3))]))


if __name__ == "__main__":
    sys.exit(main())
