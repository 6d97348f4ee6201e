"""What verifying says: each step passed, failed or was not run, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["fast", "full"]
Outcome = Literal["passed", "failed", "not run"]

STEPS: Final = ("format", "lint", "compile", "review", "types", "tests")
"""Every step, in order; `fast` ends with the review, because the rest executes the project."""

SHOWN: Final = 12
"""Lines of a failure that a step keeps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Args:
        name: one of `STEPS`.
        outcome: `not run` is neither good nor bad; `reason` says why.
        reason: one clause: what was run on how much, what failed, or why it was not run.
        lines: the first lines of what failed, printable and bounded.
    """

    name: str
    outcome: Outcome
    reason: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """All steps over one resource.

    Args:
        resource: its snake_case name.
        level: how much was asked for.
        files: how many generated files there are.
        steps: in the order of `STEPS`.
    """

    resource: str
    level: Level
    files: int
    steps: tuple[Step, ...]

    @property
    def failed(self) -> bool:
        """Whether a step failed."""
        return any(step.outcome == "failed" for step in self.steps)
