"""A scaffold's plan as a model gets it: every file in a line, and as much of the diff as fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from backwright.errors import InvalidInputError
from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.scaffold.plan import FileAction, Plan

DIFF_BUDGET: Final = 2_400
"""Tokens of the diff; the rest of the answer is a line a file."""

# What touches the user's own text comes first; new files can be read when they are there.
_ORDER: Final = ("conflict", "edit", "merge", "update", "create", "keep", "unchanged")


class PlannedFile(Closed):
    """What happens to one file."""

    path: str
    kind: Literal["create", "update", "merge", "unchanged", "keep", "edit", "conflict"]
    reason: str | None = None


class PlanAnswer(Closed):
    """A plan, or what was written of it."""

    applied: bool
    digest: str
    template: str
    files: tuple[PlannedFile, ...]
    notes: tuple[str, ...] = ()
    diff: str | None = None
    not_shown: tuple[str, ...] = ()


def answer(plan: Plan, *, applied: bool, show: str | None) -> PlanAnswer:
    """The plan, with the diff of one file if that is asked for, else with what fits.

    Raises:
        InvalidInputError: the plan has no such file to show.
    """
    actions = [action for action in plan.actions if not action.path.startswith(".scaffold/")]
    actions.sort(key=lambda action: _ORDER.index(action.kind))
    diff, not_shown = ("", ()) if applied else _diff(actions, show)
    return PlanAnswer(
        applied=applied,
        digest=plan.digest,
        template=plan.template,
        files=tuple(
            PlannedFile(path=action.path, kind=action.kind, reason=None if action.kind == "create" else action.reason)
            for action in actions
        ),
        notes=plan.notes,
        diff=diff or None,
        not_shown=not_shown,
    )


def render(plan: PlanAnswer) -> str:
    """The plan as compact Markdown."""
    conflicts = sum(file.kind == "conflict" for file in plan.files)
    written = sum(file.kind in {"create", "update", "merge", "edit"} for file in plan.files)
    if plan.applied:
        head = f"Applied: {written} files written." if written else "Applied: everything was there already."
    elif conflicts:
        head = f"Plan with {conflicts} conflicts: it cannot be applied before they are settled. Nothing is written."
    else:
        head = f"Plan: {written} files would be written, nothing is yet. To write: apply=true, expect={plan.digest}"
    files = [f"- {file.kind} {file.path}{f': {file.reason}' if file.reason else ''}" for file in plan.files]
    lines = [head, *files, *(f"Note: {note}" for note in plan.notes)]
    if plan.diff:
        lines += ["```diff", plan.diff.rstrip("\n"), "```"]
    if plan.not_shown:
        lines.append(f"Not shown (ask with show=PATH): {', '.join(plan.not_shown)}")
    return "\n".join(lines)


def _diff(actions: list[FileAction], show: str | None) -> tuple[str, tuple[str, ...]]:
    from backwright.routing.briefing import approx_tokens

    chosen = [action for action in actions if (action.writes or action.clash) and show in {None, action.path}]
    if show is not None and not chosen:
        raise InvalidInputError("show names no file that the plan writes", hint="use a path of its files, as listed")
    room, shown, left = DIFF_BUDGET, [], []
    for action in chosen:
        diff = _of(action)
        cost = approx_tokens(diff)
        if cost <= room:
            room -= cost
            shown.append(diff)
        else:
            left.append(action.path)
    if show is not None and left:
        return _of(chosen[0]).encode()[: DIFF_BUDGET * 4].decode("utf-8", "ignore") + "\n[cut]\n", ()
    return "".join(shown), tuple(left)


def _of(action: FileAction) -> str:
    """What would change in a file, or what stands against it."""
    return action.diff() or f"--- {action.path}, not merged\n{action.clashes()}"
