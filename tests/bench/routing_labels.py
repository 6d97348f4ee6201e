"""The router over labelled prompts: how often the right skill comes first, and how often one comes uncalled.

    uv run python -m tests.bench.routing_labels [FOLDER] [--misses] [--predictions FILE]

FOLDER holds `trigger_public.jsonl` (id, prompt, expected, acceptable) and `trigger_negatives_public.jsonl` (prompt,
source); the default is `../shared/data`. A prompt counts as positive if a skill that the pack holds is expected, as
negative if none is expected at all, and otherwise as one for a skill that the pack does not hold yet: there, only
what a skill other than an umbrella claims is counted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backwright.app import App
from backwright.errors import BackwrightError
from backwright.routing.decision import Routing
from backwright.settings import Settings

FOLDER = Path(__file__).parents[3] / "shared" / "data"
LOADED = ("explicit", "auto")


@dataclass(frozen=True)
class Case:
    """One prompt, the skills of the pack that are right for it, and whether others, not in the pack, are."""

    id: str
    group: str
    prompt: str
    right: frozenset[str]
    elsewhere: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the router said, None where it refused an unknown name, and how long it took in milliseconds."""

    case: Case
    routing: Routing | None
    took: float

    @property
    def ranked(self) -> tuple[str, ...]:
        """The skills in the answer."""
        return tuple(match.skill for match in self.routing.matches) if self.routing else ()

    @property
    def first(self) -> bool:
        """Whether a right skill comes first."""
        return bool(self.ranked) and self.ranked[0] in self.case.right

    @property
    def loaded(self) -> bool:
        """Whether the first skill would be loaded without asking."""
        return self.routing is not None and self.routing.decision in LOADED


def cases(folder: Path, served: set[str]) -> Iterator[Case]:
    """The cases of both files, as far as they are there."""
    for row in _rows(folder / "trigger_public.jsonl"):
        right = frozenset([*row["expected"], *row["acceptable"]]) & served if row["expected"] else frozenset()
        group = "positive" if right else "elsewhere" if row["expected"] else "negative"
        yield Case(row["id"], group, row["prompt"], right, bool(row["expected"]) and not right)
    for number, row in enumerate(_rows(folder / "trigger_negatives_public.jsonl")):
        yield Case(f"x{number}", f"negative, {row['source']}", row["prompt"], frozenset())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip())


def outcome(app: App, case: Case) -> Outcome:
    """Route one case."""
    start = time.perf_counter()
    try:
        routing = app.route(case.prompt)
    except BackwrightError:
        routing = None
    return Outcome(case, routing, (time.perf_counter() - start) * 1000)


def report(outcomes: list[Outcome], umbrellas: set[str]) -> None:
    """Print the table and the times."""
    print(f"{'group':<22}{'n':>5}{'top-1':>8}{'in 3':>8}{'loaded right':>14}{'loaded false':>14}{'shown false':>13}")
    for group in dict.fromkeys(one.case.group for one in outcomes):
        rows = [one for one in outcomes if one.case.group == group]
        false = [one for one in rows if one.ranked and not one.first]
        if rows[0].case.elsewhere:
            false = [one for one in false if one.ranked[0] not in umbrellas]
        figures = [
            sum(one.first for one in rows),
            sum(bool(set(one.ranked) & one.case.right) for one in rows),
            sum(one.first and one.loaded for one in rows),
            sum(one.loaded for one in false),
            len(false),
        ]
        cells = "".join(
            f"{figure / len(rows):>{width}.3f}" for figure, width in zip(figures, (8, 8, 14, 14, 13), strict=True)
        )
        print(f"{group:<22}{len(rows):>5}{cells}")
    times = sorted(one.took for one in outcomes)
    print(f"milliseconds a request: p50 {times[len(times) // 2]:.3f}, p99 {times[int(len(times) * 0.99)]:.3f}")


def wrong(one: Outcome) -> bool:
    """Whether someone should look at the outcome."""
    return not (one.first and one.loaded) if one.case.right else bool(one.ranked)


def prediction(one: Outcome) -> str:
    """One line for `score_routing.py`."""
    loaded = "auto" if one.loaded else "suggest" if one.ranked else "none"
    version = one.routing.matches[0].version if one.routing and one.routing.matches else None
    return json.dumps({"id": one.case.id, "tier": loaded, "ranked": one.ranked, "version": version})


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--misses", action="store_true", help="print each outcome that someone should look at")
    parser.add_argument("--predictions", type=Path, help="write the predictions for score_routing.py")
    arguments = parser.parse_args()
    app = App(Settings(allow_unlocked=True))
    served = {skill.name for skill in app.catalog.skills}
    umbrellas = {skill.name for skill in app.catalog.skills if skill.triggers.umbrella}
    outcomes = [outcome(app, case) for case in cases(arguments.folder, served)]
    if not outcomes:
        print(f"no labels in {arguments.folder}: nothing was run")
        return
    report(outcomes, umbrellas)
    for one in filter(wrong, outcomes) if arguments.misses else ():
        decision = one.routing.decision if one.routing else "refused"
        print(f"{one.case.id} {one.case.group}: {decision} {', '.join(one.ranked)} | {one.case.prompt[:110]}")
    if arguments.predictions:
        lines = [prediction(one) for one in outcomes if not one.case.id.startswith("x")]
        arguments.predictions.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
