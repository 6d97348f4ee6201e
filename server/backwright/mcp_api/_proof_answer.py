"""A verification as a model gets it: every step with its outcome, and as much of what failed as fits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from backwright.mcp_api.tool import Closed
from backwright.routing.briefing import approx_tokens

if TYPE_CHECKING:
    from backwright.verifying.proof import Proof


class ProofStep(Closed):
    """One step."""

    name: str
    outcome: Literal["passed", "failed", "not run"]
    reason: str
    lines: tuple[str, ...] = ()


def proof_answer(proof: Proof, room: int) -> tuple[ProofStep, ...]:
    """The steps; of those that failed the first lines, one of each in turn, for as many tokens as there is room."""
    steps = [ProofStep(name=s.name, outcome=s.outcome, reason=s.reason) for s in proof.steps]
    room -= approx_tokens(json.dumps([step.model_dump(mode="json") for step in steps]))
    kept = [0] * len(steps)
    for number in range(max((len(step.lines) for step in proof.steps), default=0)):
        for index, step in enumerate(proof.steps):
            if step.outcome == "passed" or number >= len(step.lines) or kept[index] < number:
                continue
            cost = approx_tokens(json.dumps(step.lines[number])) + 1
            if cost <= room:
                room -= cost
                kept[index] += 1
    return tuple(
        answer.model_copy(update={"lines": step.lines[:count]})
        for answer, step, count in zip(steps, proof.steps, kept, strict=True)
    )


def render_proof(steps: Iterable[ProofStep]) -> list[str]:
    """The same as lines of compact Markdown."""
    lines = []
    for step in steps:
        lines.append(f"- {step.name} {step.outcome}: {step.reason}")
        lines += [f"    {line}" for line in step.lines]
    return lines
