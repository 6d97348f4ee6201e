"""What `backwright review --write-baseline` does once there is a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Exit

if TYPE_CHECKING:
    from backwright.review.report import Report


def write_baseline(report: Report, root: Path, name: str, named: str | None) -> Exit:
    """Write the findings of a report down as known; what the file held before is replaced.

    Args:
        report: the review, with each finding an entry of its own.
        root: the project.
        name: the file, relative to the root.
        named: the baseline that the project's `backwright.yaml` names, if any.

    Raises:
        PathOutsideRootError: the file would lie outside the root.
        TooLargeError: there are more findings than a baseline may hold.
        InvalidInputError: the file cannot be written.
    """
    from backwright._files import safe_join, write_atomic
    from backwright.errors import InvalidInputError, TooLargeError
    from backwright.review.baseline import MAX_BYTES, baseline_text
    from backwright.review.formats._words import counted
    from backwright.review.hostile import visible

    data = baseline_text(report.findings).encode()
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"the baseline of {len(report.findings)} findings", size=len(data), limit=MAX_BYTES)
    try:
        write_atomic(safe_join(root, name), data)
    except OSError as error:
        raise InvalidInputError(
            f"the baseline {name!r} cannot be written: {error.strerror or error}", hint="name a file inside the project"
        ) from error
    print(f"Wrote {counted(len(report.findings), 'finding')} to {visible(name)}.")
    for part in report.unchecked:
        print(f"Not in it, because not checked: {visible(part.path or 'the change')}: {visible(part.reason)}")
    if named != name:
        print(f"Commit it, and name it in backwright.yaml:\n\n  review:\n    baseline: {visible(name)}\n")
    return Exit.CLEAN
