"""What the rules on contracts share: the lines that a change puts in the place of removed ones."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.review.diff import FileDiff, Hunk, Line, LineKind


def _runs(hunk: Hunk) -> Iterator[list[Line]]:
    """The stretches of a hunk without an unchanged line in between."""
    run: list[Line] = []
    for line in hunk.lines:
        if line.kind is not LineKind.CONTEXT:
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run


def replaced_by(file: FileDiff, old_line: int) -> tuple[int, ...] | None:
    """The added lines that stand where a line was taken out; None where the change does not take it out."""
    for hunk in file.hunks:
        for run in _runs(hunk):
            if any(line.old == old_line for line in run if line.kind is LineKind.REMOVED):
                return tuple(line.new for line in run if line.new is not None)
    return None


def takes_out(file: FileDiff, start: str) -> bool:
    """Whether a removed line begins so, after its indentation."""
    removed = (line for hunk in file.hunks for line in hunk.lines if line.kind is LineKind.REMOVED)
    return any(line.text.lstrip().startswith(start) for line in removed)
