"""Loading a pack and reading from it, beside the same files read, hashed and parsed with the YAML library's own loader.

    uv run python -m tests.bench.catalog_load [ROUNDS]

The promises: 50 skills of 11 files load in 100 ms, and a hostile YAML of 64 KiB costs at most 200 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import yaml

from backwright._files import digest
from backwright._strict_yaml import StrictYamlError, load_yaml
from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.manifest import MANIFEST, update
from tests.bench._wire import table
from tests.catalog._packs import write_skill
from tests.test_strict_yaml import BOMBS

LIBRARY = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TRIGGERS = "strong:\n" + "".join(f"  - phrase {each}\n" for each in range(20))
ITEMS = "items:\n" + "".join(f"  - {{id: i{each}, text: Do it., rules: [BW102]}}\n" for each in range(10))


def write_pack(root: Path, skills: int, references: int) -> Path:
    """A pack of skills with SKILL.md, triggers, checklist, one short reference and this many longer ones."""
    files = {f"references/r{each}.md": "Text. " * 200 for each in range(references)}
    for number in range(skills):
        more = {**files, "triggers.yaml": TRIGGERS, "checklist.yaml": ITEMS}
        write_skill(root / "skills", f"skill-{number}", files=more)
    update(root)
    return root


def read_plainly(pack: Path) -> None:
    """Read and hash every file of a pack, and load its YAML with the library's own loader."""
    for path in sorted(pack.rglob("*.*")):
        data = path.read_bytes()
        digest(data)
        if path.suffix == ".yaml" and path.name != MANIFEST:
            yaml.load(data, Loader=LIBRARY)  # noqa: S506  a safe loader, with libyaml where it is there
        elif path.name == "SKILL.md":
            yaml.load(data.split(b"---\n")[1], Loader=LIBRARY)  # noqa: S506  as above


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of processor time that some work takes."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def load_rows(rounds: int) -> list[list[str]]:
    """The row of each size of pack."""
    rows = []
    for skills, references in ((50, 7), (1000, 1)):
        with tempfile.TemporaryDirectory() as name:
            pack = write_pack(Path(name), skills, references)
            pairs = [
                (timed(partial(load_catalog, pack, strict=True)), timed(partial(read_plainly, pack)))
                for _ in range(rounds)
            ]
            ours, plain = (statistics.median(column) for column in zip(*pairs, strict=True))
            rows.append([f"{skills} skills of {references + 4} files", f"{ours:.0f}", f"{plain:.0f}"])
    return rows


def bomb_rows(rounds: int) -> list[list[str]]:
    """The row of each hostile document, the slowest first."""

    def attempt(text: str) -> None:
        with suppress(StrictYamlError):
            load_yaml(text)

    spent = {name: min(timed(partial(attempt, text)) for _ in range(rounds)) for name, (text, _) in BOMBS.items()}
    return [[name, f"{took:.1f}"] for name, took in sorted(spent.items(), key=lambda each: -each[1])]


def read_times(catalog: Catalog, rounds: int) -> list[float]:
    """Microseconds of each read of each file, sorted."""
    times = []
    for _ in range(rounds):
        for skill in catalog.skills:
            for file in skill.files:
                begun = time.perf_counter()
                catalog.read(skill.name, file.path)
                times.append((time.perf_counter() - begun) * 1_000_000)
    return sorted(times)


def main(rounds: int) -> None:
    """Print the tables."""
    title = f"loading a pack, processor time, median of {rounds}"
    table(title, ["pack", "backwright ms", "library alone ms"], load_rows(rounds))
    table(f"hostile YAML of 64 KiB, the best of {rounds}", ["document", "ms"], bomb_rows(rounds))
    with tempfile.TemporaryDirectory() as name:
        times = read_times(load_catalog(write_pack(Path(name), 50, 7)), rounds * 10)
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    table(f"Catalog.read, {len(times)} reads", ["p50 us", "p99 us"], [[f"{p50:.1f}", f"{p99:.1f}"]])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
