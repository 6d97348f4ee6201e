"""What a project has agreed to about reviews: its conventions and its baseline as they were before the change.

A branch that could change them would silence its own review, so what it says of them holds from the next change on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.contexts.project_file import DEFAULTS, FILE_NAME, ProjectDeclared, parse_project
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from backwright.errors import InvalidBaselineError, InvalidContextError
from backwright.review.baseline import Baseline, parse_baseline
from backwright.review.before import Before, Standing, before
from backwright.review.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from backwright.contexts.conventions import Registered

_NOTES = {
    Standing.CHANGED: "{} is part of this change; the review follows it as it was before",
    Standing.ADDED: "this change adds {}; reviews follow it from the next change on",
    Standing.ELSEWHERE: "{} is not in the revision that this change starts from, so it was not honoured",
    Standing.UNKNOWN: "{} is part of this change, and its text before is not at hand, so it was not honoured",
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What holds for the review of a change.

    Args:
        project: the conventions.
        baseline: the findings that were there; None without a baseline.
        notes: what a reader must know of how they were found.
    """

    project: ProjectContextV3
    baseline: Baseline | None = None
    notes: tuple[str, ...] = ()


def agreed(
    subject: Subject,
    root: Path | None,
    *,
    registered: Callable[[ProjectDeclared], Registered | None] = lambda _: None,
    with_baseline: bool = True,
) -> Agreed:
    """The conventions and the baseline that hold for the review of a change.

    Args:
        subject: the change.
        root: the project on the disk; None where there is none.
        registered: the conventions of the store, which no change reaches, under those of a file; the file before the
            change names them.
        with_baseline: whether the baseline is read.

    Raises:
        InvalidContextError: the `backwright.yaml` that holds does not validate, and the change does not touch it; or
            the store has not what it names.
        StoreUnavailableError: the store cannot be reached.
        InvalidBaselineError: the same of the baseline that it names.
    """
    file = before(subject, root, FILE_NAME)
    notes = [_NOTES[file.standing].format(FILE_NAME)] if file.standing in _NOTES else []
    own = DEFAULTS
    try:
        own = own if file.data is None else parse_project(file.data)
    except InvalidContextError as error:
        if file.standing is Standing.LEFT:
            raise
        notes = [f"{FILE_NAME} before this change does not validate, so it was not honoured: {error.message}"]
    base = registered(own)
    project = own if base is None else base.under(own)
    if base is not None:
        notes.append(base.note)
    name = project.review.baseline
    if name is None or not with_baseline:
        return Agreed(project, notes=tuple(notes))
    baseline, note = _baseline(before(subject, root, name), name)
    return Agreed(project, baseline, (*notes, *note))


def _baseline(file: Before, name: str) -> tuple[Baseline | None, tuple[str, ...]]:
    note = (_NOTES[file.standing].format(name),) if file.standing in _NOTES else ()
    if file.data is None:
        return None, note or (
            f"the baseline {name} is not there; `backwright review --all --write-baseline` writes it",
        )
    try:
        return parse_baseline(file.data, name), note
    except InvalidBaselineError as error:
        if file.standing is Standing.LEFT:
            raise
        return None, (f"the baseline before this change cannot be read, so it was not honoured: {error.message}",)
