"""What `backwright review --fix` does once there is a report: show the changes, ask, and make them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Exit

if TYPE_CHECKING:
    from backwright.review.diff import Diff
    from backwright.review.fix import FixPlan
    from backwright.review.report import Report


def fix(report: Report, diff: Diff, root: Path, *, yes: bool, dry_run: bool) -> Exit:
    """Make the mechanical fixes of a report, unless whoever is asked says no.

    Raises:
        InvalidInputError: there is nobody to ask.
        PlanStaleError, WriteFailedError: see `apply_fixes`.
    """
    from backwright.review.fix import apply_fixes, plan_fixes

    plan = plan_fixes(report, diff, root)
    _show(plan)
    remaining = len(report.findings) - len(plan.fixed)
    if not plan.files:
        print("No finding has a mechanical fix that can be made here.")
    elif dry_run:
        print(f"Would fix {_counts(plan)}. Nothing was written.")
        remaining = len(report.findings)
    elif yes or _agreed(plan):
        apply_fixes(plan, root)
        print(f"Fixed {_counts(plan)}.")
    else:
        print("Nothing was written.")
        remaining = len(report.findings)
    if remaining:
        print(f"{remaining} finding{'' if remaining == 1 else 's'} to look at: `backwright review`.")
    return Exit.FINDINGS if remaining else Exit.CLEAN


def _show(plan: FixPlan) -> None:
    from backwright.review.hostile import visible

    if plan.files:
        print(f"{plan.diff()}\n")
    for left in plan.left:
        place = left.finding.location
        print(f"not fixed: {visible(place.path)}:{place.line} {left.finding.code}: {left.reason}")


def _counts(plan: FixPlan) -> str:
    findings, files = len(plan.fixed), len(plan.files)
    return f"{findings} finding{'' if findings == 1 else 's'} in {files} file{'' if files == 1 else 's'}"


def _agreed(plan: FixPlan) -> bool:
    from backwright.errors import InvalidInputError

    if not sys.stdin.isatty():
        raise InvalidInputError(
            "there is nobody to ask whether to write", hint="add --yes to write, or --dry-run to look only"
        )
    return input(f"Fix {_counts(plan)}? [y/N] ").strip().lower() in {"y", "yes"}
