"""Writes a plan: every file as it was shown, or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backwright.errors import PlanConflictError, PlanStaleError
from backwright.scaffold.disk import Change, remove_empty, write_all
from backwright.scaffold.plan import RECORDS, Plan


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written.

    Args:
        written: the paths that changed, in the order of writing; records under `.scaffold/` are left out.
        unchanged: the paths that already were as the plan wants them.
        kept: the paths that were left to the user, who edited or deleted them.
        deleted: the paths that are gone, because nothing asks for them any more.
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def apply(plan: Plan, root: Path, *, expect: str | None = None) -> Applied:
    """See `engine.apply`."""
    if expect is not None and expect != plan.digest:
        raise PlanStaleError(
            f"the plan is now {plan.digest}, not {expect}",
            hint="look at the plan again and give its new digest; nothing was written",
        )
    if plan.conflicts:
        paths = ", ".join(action.path for action in plan.conflicts)
        raise PlanConflictError(
            f"writing would lose what is in {paths}",
            hint=f"{plan.conflicts[0].reason}; move the file away or choose another name; nothing was written",
        )
    changes = [Change(action.path, action.before, action.after) for action in plan.writes]
    write_all(root, changes, tidy=lambda: remove_empty(root, plan.emptied))
    return Applied(
        written=_paths(plan, "create", "update", "merge", "edit"),
        unchanged=_paths(plan, "unchanged"),
        kept=_paths(plan, "keep"),
        deleted=_paths(plan, "remove"),
    )


def _paths(plan: Plan, *kinds: str) -> tuple[str, ...]:
    return tuple(a.path for a in plan.actions if a.kind in kinds and not a.path.startswith(f"{RECORDS}/"))
