"""What an evaluation says: each assertion on each run passed, failed or was not run, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from backwright.evaluating.workspace import ARMS, Arm

Outcome = Literal["passed", "failed", "not run"]

UNTOUCHED: Final = "the assistant left nothing: the project is as it started"
"""The evidence for each assertion on a run that nobody worked on."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One assertion on one result.

    Args:
        assertion: its name.
        outcome: `not run` is neither good nor bad; the evidence says why.
        evidence: pytest's own short message, or the findings; empty where it passed.
    """

    assertion: str
    outcome: Outcome
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task.

    Args:
        task: the task.
        arm: with the skill, or without.
        number: which run, from 1.
        grades: of every assertion of the task, in its order.
    """

    task: str
    arm: Arm
    number: int
    grades: tuple[Graded, ...]

    @property
    def outcome(self) -> Outcome:
        """Whether all of it passed; not run where nothing was decided, or where what was decided passed."""
        outcomes = {grade.outcome for grade in self.grades}
        if "failed" in outcomes:
            return "failed"
        return "not run" if "not run" in outcomes else "passed"

    @property
    def rate(self) -> float | None:
        """The share of its assertions that passed, of those that were run; None where the run counts for nothing."""
        return None if self.outcome == "not run" else Share.of(self.grades).rate


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something passed; what was not run counts for neither side.

    Args:
        passed: how many passed.
        run: how many passed or failed.
        not_run: how many did neither.
    """

    passed: int
    run: int
    not_run: int

    @classmethod
    def of(cls, graded: Iterable[Graded | Run]) -> Share:
        """The share of some assertions, or of some runs."""
        outcomes = [each.outcome for each in graded]
        left = outcomes.count("not run")
        return cls(outcomes.count("passed"), len(outcomes) - left, left)

    @property
    def rate(self) -> float | None:
        """From 0 to 1; None where nothing was run."""
        return self.passed / self.run if self.run else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Some runs of one arm: how many passed as a whole, and how many of their assertions.

    A run that was not run, or only in part and without a failure, counts with none of its assertions: what little could
    be decided of it would flatter.
    """

    arm: Arm
    runs: Share
    assertions: Share


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was graded.

    Args:
        skill: the skill's name.
        version: its version.
        titles: the title of each task, by name, in the order of the tasks.
        runs: every run, in the order of tasks, arms and numbers.
    """

    skill: str
    version: str
    titles: dict[str, str]
    runs: tuple[Run, ...]

    def of(self, task: str | None, arm: Arm) -> tuple[Run, ...]:
        """The runs of an arm, of one task or of all."""
        return tuple(run for run in self.runs if run.arm == arm and task in {None, run.task})

    def summary(self, task: str | None = None) -> tuple[Summary, ...]:
        """Both arms, of one task or of all."""
        return tuple(self._summary(arm, self.of(task, arm)) for arm in ARMS)

    def _summary(self, arm: Arm, runs: tuple[Run, ...]) -> Summary:
        counting = Share.of(grade for run in runs if run.outcome != "not run" for grade in run.grades)
        left = sum(len(run.grades) for run in runs if run.outcome == "not run")
        return Summary(arm, Share.of(runs), Share(counting.passed, counting.run, counting.not_run + left))

    @property
    def failed(self) -> bool:
        """Whether an assertion failed where the skill was at hand."""
        return any(run.outcome == "failed" for run in self.of(None, "with"))
