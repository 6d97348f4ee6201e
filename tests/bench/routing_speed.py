"""The router at several sizes: how long its indexes take to build, to build again after one edit, and to be asked.

    uv run python -m tests.bench.routing_speed [FOLDER]

FOLDER holds `skill_descriptions.jsonl.gz` (name, description) and the labelled prompts; the default is
`../shared/data`. The first row is the pack with its triggers and instructions. The others are real descriptions,
repeated under other names where they run out; each skill has triggers of words of its own description. The bounds:
a p50 of 0.2 ms and a p99 of 1 ms for the pack, a p99 of 1 ms at 1,000 skills and of 3 ms at 10,000, a build of 100 ms
at 1,000, 15 MB for the pack, and 50 ms for the import, beyond that of pydantic, which every surface needs. All
times are of the processor, and a request's is the best of three, so that p99 is that of slow requests and not of a busy
machine. The memory is what the indexes and what was derived for the requests hold, by tracemalloc.
"""

from __future__ import annotations

import gc
import gzip
import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from backwright.app import App
from backwright.errors import SkillNotFoundError
from backwright.routing.decision import Request
from backwright.routing.rooms import Rooms
from backwright.routing.router import Bodies
from backwright.routing.text import STOP_WORDS
from backwright.routing.trigger import SkillTerms
from backwright.settings import Settings
from backwright.snapshot import terms_of
from tests.bench._wire import table

FOLDER = Path(__file__).parents[3] / "shared" / "data"
SIZES = (100, 1_000, 5_000, 10_000)
ROUNDS = 3


def main(folder: Path) -> None:
    """Print the table."""
    texts = [row["prompt"] for row in _rows((folder / "trigger_public.jsonl").read_bytes())]
    texts += [row["prompt"] for row in _rows((folder / "trigger_negatives_public.jsonl").read_bytes())]
    app = App(Settings(allow_unlocked=True))
    pack = tuple(terms_of(skill, quiet=False) for skill in app.catalog.skills)
    bodies = app.snapshot.body_words
    described = list(_rows(gzip.decompress((folder / "skill_descriptions.jsonl.gz").read_bytes())))
    rows = [_row("pack", pack, texts, bodies)]
    rows += [_row("described", tuple(grown(described, size, triggers=False)), texts) for size in SIZES]
    rows += [_row("with triggers", tuple(grown(described, size, triggers=True)), texts) for size in SIZES]
    head = ["catalogue", "skills", "build ms", "after one edit ms", "p50 ms", "p99 ms", "longest ms", "MB"]
    table(f"Routing, {len(texts)} requests; import {_import():.0f} ms", head, rows)


def _import() -> float:
    """Milliseconds of the processor that a fresh interpreter takes to import the router, the best of five."""
    code = (
        "import time; from pydantic import BaseModel; t = time.process_time(); "
        "import backwright.routing.rooms; print(time.process_time() - t)"
    )
    command = [sys.executable, "-c", code]
    times = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(5)]
    return min(map(float, times)) * 1000


def _row(title: str, skills: Sequence[SkillTerms], texts: Sequence[str], bodies: Bodies = lambda _: ()) -> list[str]:
    start = time.thread_time()
    rooms = Rooms(skills, bodies=bodies)
    built = time.thread_time()
    edited = replace(skills[0], description=f"{skills[0].description} Edited.")
    Rooms((edited, *skills[1:]), rooms.profiles, bodies)
    again = time.thread_time()
    # As a server has it: what is built stays, and the collector does not walk it.
    gc.collect()
    gc.freeze()
    times = [_timed(rooms, text) for text in texts]
    for _ in range(ROUNDS - 1):
        times = [min(before, _timed(rooms, text)) for before, text in zip(times, texts, strict=True)]
    gc.unfreeze()
    times.sort()
    figures = (times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])
    spent = f"{(built - start) * 1000:.0f}", f"{(again - built) * 1000:.0f}"
    return [
        title,
        f"{len(skills):,}",
        *spent,
        *(f"{figure * 1000:.3f}" for figure in figures),
        _memory(skills, texts, bodies),
    ]


def _memory(skills: Sequence[SkillTerms], texts: Sequence[str], bodies: Bodies) -> str:
    """Megabytes that a router holds that has answered some requests."""
    tracemalloc.start()
    rooms = Rooms(skills, bodies=bodies)
    for text in texts[:: len(texts) // 50 or 1]:
        with suppress(SkillNotFoundError):
            rooms.route(Request(text))
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return f"{held / 1e6:.1f}"


def _timed(rooms: Rooms, text: str) -> float:
    request = Request(text)
    start = time.thread_time()
    with suppress(SkillNotFoundError):
        rooms.route(request)
    return time.thread_time() - start


def grown(described: Sequence[dict[str, str]], size: int, *, triggers: bool) -> Iterator[SkillTerms]:
    """So many skills with real descriptions."""
    draw = random.Random(size)  # noqa: S311  nothing secret
    for number in range(size):
        row = described[number % len(described)]
        said = [word for word in row["description"].replace(",", " ").split() if word.lower() not in STOP_WORDS]
        said = said or ["skill"]
        terms = SkillTerms(f"{_name(row['name'])}-{number}", "1.0.0", row["description"])
        if triggers:
            strong = tuple(" ".join(draw.choices(said, k=2)) for _ in range(4))
            weak, against = tuple(draw.choices(said, k=4)), (draw.choice(said),) if number % 3 == 0 else ()
            terms = replace(terms, strong=strong, weak=weak, negative=against, umbrella=number % 100 == 0)
        yield terms


def _name(written: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in written.lower()).split())[:50] or "skill"


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    yield from (json.loads(line) for line in data.decode("utf-8").split("\n") if line.strip())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
