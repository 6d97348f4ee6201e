"""Mechanical fixes: the suggestions of a review, made in the files that it reviewed and nowhere else.

A fix changes only lines that the diff adds, and only in a file that still reads as the diff says. Each file is written
as a whole, after a last look that nobody changed it in the meantime; where one cannot be, all are put back.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._files import read_bounded, safe_join, write_atomic
from backwright.errors import PathOutsideRootError, PlanStaleError, TooLargeError, WriteFailedError
from backwright.review.diagnostic import Diagnostic, Suggestion
from backwright.review.diff import Diff, FileDiff, FileStatus
from backwright.review.full import agrees
from backwright.review.hostile import masked, visible
from backwright.review.report import Report

_MARK: Final = "\ufeff"
"""Of the byte order; it belongs to the file and not to its first line."""


@dataclass(frozen=True, slots=True)
class FileFix:
    """One file with its fixes made: the bytes that it has, and those that it would have."""

    path: str
    before: bytes
    after: bytes
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A suggestion that is not made, and why."""

    finding: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class FixPlan:
    """What the suggestions of a report come to. Nothing is written yet."""

    files: tuple[FileFix, ...]
    left: tuple[Left, ...]

    @property
    def fixed(self) -> tuple[Diagnostic, ...]:
        """The findings that the plan does away with."""
        return tuple(finding for file in self.files for finding in file.findings)

    def diff(self) -> str:
        """The plan as a unified diff to look at: nothing invisible in it, and no secret."""
        return "\n".join(line for file in self.files for line in _diff(file))


def plan_fixes(report: Report, diff: Diff, root: Path) -> FixPlan:
    """The fixes that can be made in the files under `root`; those that cannot are named with the reason."""
    files: list[FileFix] = []
    left: list[Left] = []
    by_path: dict[str, list[Diagnostic]] = {}
    for finding in report.findings:
        if finding.suggestion is not None:
            by_path.setdefault(finding.location.path, []).append(finding)
    changed = {file.path: file for file in diff.files if file.status is not FileStatus.DELETED}
    twice = {file.path for file in diff.files if changed.get(file.path, file) is not file}
    for path, findings in by_path.items():
        data = _readable(root, path)
        reason = _refusal(data, changed.get(path), in_series=path in twice)
        if reason is not None or data is None:
            left.extend(Left(finding, reason or "") for finding in findings)
            continue
        file, over = _fixed(path, data, findings, changed[path].added)
        left.extend(over)
        if file is not None:
            files.append(file)
    return FixPlan(tuple(files), tuple(left))


def _refusal(data: bytes | None, file: FileDiff | None, *, in_series: bool) -> str | None:
    """Why nothing in the file is changed, if so."""
    if data is None:
        return "the file cannot be read, or a link leads to it"
    if file is None or in_series:
        return "the diff does not say once what the file is like now"
    if not agrees(data, file.hunks):
        return "the file is not as it was reviewed; review it again"
    return None


def _readable(root: Path, path: str) -> bytes | None:
    try:
        return read_bounded(safe_join(root, path))
    except (OSError, ValueError, PathOutsideRootError, TooLargeError):
        return None


def _fixed(
    path: str, data: bytes, findings: Sequence[Diagnostic], added: frozenset[int]
) -> tuple[FileFix | None, list[Left]]:
    """The file with its fixes, where it can be read as text; line ends and all other bytes stay as they are."""
    try:
        rows = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None, [Left(finding, "the file is not UTF-8") for finding in findings]
    made: list[Diagnostic] = []
    left: list[Left] = []
    edits: dict[int, Suggestion] = {}
    taken: set[int] = set()
    for finding in findings:
        suggestion = finding.suggestion
        lines = set() if suggestion is None else set(range(suggestion.line, suggestion.end_line + 1))
        if suggestion is None or not lines or not lines <= added:
            left.append(Left(finding, "it would change a line that the diff does not add"))
        elif lines & taken:
            left.append(Left(finding, "another fix changes the same line; run it again for this one"))
        else:
            made.append(finding)
            edits[suggestion.line] = suggestion
            taken |= lines
    after = "\n".join(_edited(rows, edits, taken)).encode()
    if path.endswith(".py") and _parses(data) and not _parses(after):
        return None, [*left, *(Left(finding, "the fixed file would not parse") for finding in made)]
    return (FileFix(path, data, after, tuple(made)) if after != data else None), left


def _edited(rows: Sequence[str], edits: Mapping[int, Suggestion], taken: AbstractSet[int]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        if number in edits:
            mark = _MARK if row.startswith(_MARK) else ""
            end = "\r" if row.endswith("\r") else ""
            new = edits[number].replacement.removeprefix(_MARK).split("\n")
            yield from (f"{mark if not index else ''}{line}{end}" for index, line in enumerate(new))
        elif number not in taken:
            yield row


def _parses(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _diff(file: FileFix) -> Iterator[str]:
    before, after = (data.decode("utf-8").split("\n") for data in (file.before, file.after))
    name = visible(file.path)
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""):
        yield f"{line[:1]}{visible(masked(line[1:].removesuffix(chr(13)).expandtabs(4)))}"


def apply_fixes(plan: FixPlan, root: Path) -> None:
    """Write the files of a plan: each as a whole, and all of them or none.

    Raises:
        PlanStaleError: a file is not as it was when the plan was made.
        WriteFailedError: the disk refused.
    """
    written: list[FileFix] = []
    try:
        for file in plan.files:
            _write(file, root)
            written.append(file)
    except (PlanStaleError, PathOutsideRootError):
        _take_back(written, root)
        raise
    except OSError as error:
        _take_back(written, root)
        raise WriteFailedError(
            f"a file cannot be written: {error.strerror or error}",
            hint="make the folder writable, or free some space; nothing was changed",
        ) from error


def _write(file: FileFix, root: Path) -> None:
    if _readable(root, file.path) != file.before:
        raise PlanStaleError(
            f"{visible(file.path)} changed since the review",
            hint="run `backwright review --fix` again; nothing was written",
        )
    write_atomic(safe_join(root, file.path), file.after)


def _take_back(written: Sequence[FileFix], root: Path) -> None:
    for file in written:
        with suppress(OSError):
            write_atomic(safe_join(root, file.path), file.before)
