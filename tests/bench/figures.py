"""Every figure of the service, one after the other, as a page: what was promised, and what was measured beside it.

    uv run python -m tests.bench.figures [--write] [--soak SECONDS] [--only NAME ...]

`--write` puts the page into server/docs/figures.md. Compare figures within one table only: clients, servers and
whatever else runs on the machine share it.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import crowd, latency, overhead, replicas, skills_list, soak, stopping

PAGE = Path(__file__).parent.parent.parent / "server" / "docs" / "figures.md"


@dataclass(frozen=True)
class Section:
    """One part of the page.

    Args:
        name: what `--only` calls it.
        title: its heading.
        promise: what is promised.
        command: what prints it alone.
        run: prints it.
    """

    name: str
    title: str
    promise: str
    command: str
    run: Callable[[], object]


def sections(soak_seconds: float) -> tuple[Section, ...]:
    """The parts, in their order."""
    return (
        Section(
            "overhead",
            "Beside a bare SDK server",
            "At least 85 % of its requests a second, a p99 of at most 1.25 times its, at most 1.15 times its processor "
            "time a request. `echo` does nothing, so its row is what the way to a tool costs; the other rows hold "
            "the work of the tool or the resource itself, which checks a digest at each read.",
            "overhead",
            lambda: overhead.main(3, 7, 50),
        ),
        Section(
            "latency",
            "Over stdio, one call after the other",
            "A p50 of at most 1.15 times a bare tool's that returns as much text.",
            "latency",
            lambda: latency.main(400),
        ),
        Section(
            "skills-list",
            "`skills/list` of 50 skills with 11 files",
            "300 requests a second or more on one worker.",
            "skills_list",
            lambda: skills_list.main(5),
        ),
        Section(
            "crowd",
            "A thousand clients, and a thousand open streams",
            "No error; a p99 under 3.5 s with one worker and under 1.5 s with two; an event reaches all streams in "
            "under a second.",
            "crowd",
            lambda: crowd.main(15, 1000, 20),
        ),
        Section(
            "stopping",
            "How it ends",
            "SIGTERM lets what is in flight finish, within 10 s; the end of stdin ends a server over stdio at once.",
            "stopping",
            lambda: stopping.main(5),
        ),
        Section(
            "replicas",
            "Two replicas behind nginx",
            "A rolling restart at 100 requests a second loses no request; nothing acknowledged is lost; answers are "
            "back within 2 s of PostgreSQL and of Redis. What fails when a replica is killed are writes that it had "
            "already; what fails while PostgreSQL is away are writes, each with an error that says to try again.",
            "replicas",
            lambda: replicas.main(100, 2),
        ),
        Section(
            "soak",
            "Many mixed requests",
            "Memory, descriptors, threads and tasks stay flat; the promise is for 2,000,000 requests, and the table "
            "says how many these were.",
            "soak",
            lambda: soak.main(2_000_000, 50, soak_seconds),
        ),
    )


def machine() -> str:
    """What all of it ran on."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((int(line.split()[1]) // 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{len(names) or os.cpu_count()} cores of {names[0] if names else platform.machine()}, {memory} GB, "
        f"{platform.system()}, Python {platform.python_version()}, mcp {version('mcp')}, uvicorn {version('uvicorn')}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def page(chosen: list[Section]) -> str:
    """The whole page; it is also printed as it grows."""
    at = datetime.now(UTC).date().isoformat()
    text = [
        "# Figures",
        "",
        "Written by `uv run python -m tests.bench.figures --write`; each part can be run alone by the command under",
        "its heading. Clients, servers, nginx and databases share one machine, so compare within a table, not between",
        "two.",
        "Of several rounds the median is shown, with the smallest and the largest.",
        "",
        f"{at}, {machine()}.",
    ]
    for section in chosen:
        printed = io.StringIO()
        before = os.getloadavg()[0]
        with redirect_stdout(printed):
            section.run()
        print(printed.getvalue(), flush=True)
        text += [
            "",
            f"## {section.title}",
            "",
            f"`uv run python -m tests.bench.{section.command}`. {section.promise}",
            "",
        ]
        text += ["```", printed.getvalue().strip("\n"), "```", "", f"Load of the machine when it began: {before:.1f}."]
    return "\n".join(text) + "\n"


def main() -> None:
    """Print the figures, and write the page if that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--soak", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    chosen = [section for section in sections(given.soak) if not given.only or section.name in given.only]
    text = page(chosen)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
