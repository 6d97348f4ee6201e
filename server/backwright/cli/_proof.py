"""A verification on the command line: its progress, its text, its JSON and its exit code."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from backwright.cli.command import Exit

if TYPE_CHECKING:
    import argparse

    from backwright.app import App
    from backwright.verifying.proof import Proof

LEVELS = ("fast", "full")
HELP = "fast: format, lint, compile and review, which execute nothing; full: types and tests too, which run the project"


def add_level(parser: argparse.ArgumentParser, option: str, default: str | None) -> None:
    """The option that says how much to verify."""
    parser.add_argument(option, choices=LEVELS, default=default, help=HELP)


def proof_of(app: App, resource: str, level: Literal["fast", "full"]) -> Proof:
    """Verify with a line of progress on a terminal.

    Raises:
        BackwrightError: as `Verifying.verify`.
    """
    from backwright.cli._progress import progress_line
    from backwright.review.watch import Watch
    from backwright.verifying.verifier import Verifying

    with progress_line() as tell, Watch(tell=tell).kept():
        return Verifying(app).verify(resource, level)


def proof_text(proof: Proof) -> str:
    """A line a step, with the first lines of what failed under it."""
    lines = []
    for step in proof.steps:
        lines.append(f"{step.outcome:<9}{step.name:<8}  {step.reason}")
        lines += [f"           {line}" for line in step.lines]
    return "\n".join(lines)


def proof_json(proof: Proof) -> dict[str, object]:
    """The same for programs."""
    return asdict(proof)


def proof_exit(proof: Proof) -> Exit:
    """1 where a step failed; a step that was not run is no failure."""
    return Exit.FINDINGS if proof.failed else Exit.CLEAN
