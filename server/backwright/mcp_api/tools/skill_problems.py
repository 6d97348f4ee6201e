"""`skill_problems`: which skills are left out, mended or doubtful: file, line, reason and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.problem import Problem

SHOWN = 40
"""Problems in one answer, errors first; the resource `backwright://problems` has all of them."""


class SkillProblemsInput(Closed):
    """Nothing to say."""


class SkillProblem(Closed):
    """One thing that is wrong with a skill."""

    code: str
    severity: str
    path: str
    line: int | None = None
    message: str
    fix: str


class SkillProblems(Closed):
    """What is wrong with the skills.

    Args:
        left_out: how many skills are not served.
        problems: errors first.
        more: how many are not shown.
    """

    left_out: int
    problems: tuple[SkillProblem, ...] = Field(default=())
    more: int = 0


def _call(app: App, _: SkillProblemsInput) -> SkillProblems:
    found = sorted(app.problems(), key=lambda problem: problem.severity != "error")
    return SkillProblems(
        left_out=sum(problem.severity == "error" for problem in found),
        problems=tuple(_row(problem) for problem in found[:SHOWN]),
        more=max(len(found) - SHOWN, 0),
    )


def _row(problem: Problem) -> SkillProblem:
    return SkillProblem(
        code=str(problem.code),
        severity=problem.severity,
        path=problem.path,
        line=problem.line,
        message=problem.message,
        fix=problem.fix,
    )


def _render(answer: SkillProblems) -> str:
    lines = [f"Left out: {answer.left_out}. Problems: {len(answer.problems) + answer.more}."]
    for each in answer.problems:
        where = each.path if each.line is None else f"{each.path}:{each.line}"
        lines.append(f"- {each.severity} {each.code} {where}: {each.message}. Fix: {each.fix}.")
    if answer.more:
        lines.append(f"{answer.more} more: read backwright://problems")
    return "\n".join(lines)


TOOL = Tool(
    name="skill_problems",
    scope="skills:read",
    title="Problems of the skills",
    description="Call this when a skill is missing or reads oddly: file, line, reason, fix.",
    input=lambda: SkillProblemsInput,
    output=lambda: SkillProblems,
    call=_call,
    render=_render,
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
)
