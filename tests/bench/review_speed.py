"""How long a review takes, and on what: `python tests/bench/review_speed.py [RUNS]`.

The change is made of this package's own sources: a 200-line diff with its files at hand, as in a pull request, and a
larger one. The first run, which loads the rules, is shown on its own; the others are the warm ones.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import backwright.review
from backwright.review import ruff
from backwright.review.diff import Diff, parse_diff
from backwright.review.engine import Options, all_rules, nothing, review
from backwright.review.facts import Facts
from backwright.review.reading import read_diff

TARGET = 150.0
"""Milliseconds for 200 lines, warm (issue: a Backwright that walks)."""


def change(lines: int) -> tuple[bytes, Mapping[str, bytes]]:
    """A diff that adds every third group of four lines to this package's files, about `lines` lines long in all."""
    parts: list[str] = []
    texts: dict[str, bytes] = {}
    total = 0
    for path in sorted(Path(next(iter(backwright.review.__path__))).rglob("*.py")):
        text = path.read_text(encoding="utf-8").split("\n")[:-1]
        name = f"app/{path.name}"
        if name in texts or len(text) < 40:
            continue
        if total >= lines:
            break
        hunks: list[str] = []
        offset = 0
        for start in range(0, len(text) - 10, 30):
            body = text[start : start + 10]
            marked = [("+" if 3 <= at < 7 else " ") + line for at, line in enumerate(body)]
            hunks += [f"@@ -{start + 1 - offset},6 +{start + 1},10 @@", *marked]
            offset += 4
            total += 11
            if total >= lines:
                break
        parts += [f"diff --git a/{name} b/{name}", f"--- a/{name}", f"+++ b/{name}", *hunks]
        texts[name] = "".join(f"{line}\n" for line in text).encode()
    return "".join(f"{line}\n" for line in parts).encode(), texts


def timed(work: Callable[[], object], runs: int) -> list[float]:
    """Milliseconds of each run."""
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def _ruff_alone(diff: Diff, read_new: Callable[[str], bytes | None]) -> Callable[[], object]:
    pieces = read_diff(diff, read_new=read_new, read_old=nothing).pieces

    def work() -> object:
        with ruff.started(pieces, Facts()) as run:
            return run.collect({})

    return work


def measure(lines: int, runs: int) -> list[tuple[str, float, float]]:
    """Name, median and worst of each part, in milliseconds."""
    data, texts = change(lines)
    diff, read_new = parse_diff(data), texts.get
    first = timed(lambda: review(parse_diff(data), read_new=read_new), 1)
    rules_only = Options(ruff=False)
    parts: list[tuple[str, Callable[[], object]]] = [
        ("whole review, files at hand", lambda: review(parse_diff(data), read_new=read_new)),
        ("whole review, diff alone", lambda: review(parse_diff(data))),
        ("  parse the diff", lambda: parse_diff(data)),
        ("  parse the files", lambda: read_diff(diff, read_new=read_new, read_old=nothing)),
        ("  repair and parse the hunks", lambda: read_diff(diff, read_new=nothing, read_old=nothing)),
        ("  without ruff, files at hand", lambda: review(diff, read_new=read_new, options=rules_only)),
        ("  ruff alone", _ruff_alone(diff, read_new)),
    ]
    rows = [("first review (loads rules)", first[0], first[0])]
    for name, work in parts:
        times = timed(work, runs)
        rows.append((name, statistics.median(times), max(times)))
    return rows


def main() -> int:
    """Print the tables; 1 where the target is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    missed = False
    print(f"{len(all_rules())} rules of ours, {runs} runs")
    for lines in (200, 5_000):
        data, texts = change(lines)
        whole = sum(text.count(b"\n") for text in texts.values())
        print(f"\n{len(data.splitlines())} diff lines, {len(texts)} files of {whole} lines")
        print(f"{'':<32}{'median ms':>10}{'worst ms':>10}")
        for name, median, worst in measure(lines, runs):
            print(f"{name:<32}{median:>10.1f}{worst:>10.1f}")
            if lines == 200 and name.startswith("whole"):
                missed = missed or median > TARGET
    print(f"\ntarget for 200 lines: {TARGET:.0f} ms: {'missed' if missed else 'met'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
