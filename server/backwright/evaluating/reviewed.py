"""The verifiers that are rules of the review: what an assistant changed, from the project that it started with."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from backwright._hidden import printable
from backwright.catalog.evals import Task
from backwright.errors import BackwrightError
from backwright.evaluating.result import Graded
from backwright.review.engine import Options, review
from backwright.review.project_facts import read_facts
from backwright.review.report import Report
from backwright.review.subject import diff_text

_SHOWN = 3


def reviewed(task: Task, result: Mapping[str, bytes], project: Path) -> Iterator[Graded]:
    """The assertions `review:CODE` of a task.

    A finding that a comment of the result silences counts as one: an assistant does not decide what it is graded by.

    Args:
        task: the task.
        result: every file of the project, by POSIX path.
        project: the folder where they lie.
    """
    try:
        report = report_of(task.start, result, project)
    except BackwrightError as error:
        yield from (Graded(f"review:{code}", "not run", error.message) for code in task.file.review)
        return
    unread = [f"{each.path}: {each.reason}" for each in report.unchecked if each.path and each.path.endswith(".py")]
    for code in task.file.review:
        found = [f"{f.location.path}:{f.location.line}: {f.message}" for f in report.findings if f.code == code]
        found += [f"{s.path}:{s.line}: silenced by a comment" for s in report.suppressed if s.code == code]
        evidence = "; ".join(found[:_SHOWN] or unread[:1])
        yield Graded(f"review:{code}", "failed" if evidence else "passed", printable(evidence))


def report_of(start: Mapping[str, bytes], result: Mapping[str, bytes], project: Path) -> Report:
    """The review of what was changed, by every rule; the project's own settings of reviews are not honoured.

    Args:
        start: the files before.
        result: the files after.
        project: the folder where those after lie.

    Raises:
        BackwrightError: the change cannot be read.
    """
    subject = diff_text(diff_of(start, result).encode("utf-8", "replace"), "what the assistant left", project)
    return review(
        subject.diff, read_new=subject.read_new, read_old=start.get, facts=read_facts(project), options=Options()
    )


def diff_of(start: Mapping[str, bytes], result: Mapping[str, bytes]) -> str:
    """The change from one project to another as a unified diff of its UTF-8 files."""
    return "".join(_diff(path, start.get(path), result.get(path)) for path in sorted(start.keys() | result.keys()))


def _diff(path: str, before: bytes | None, after: bytes | None) -> str:
    old, new = _lines(before), _lines(after)
    if before == after or old is None or new is None:
        return ""
    source, target = (
        f"a/{path}" if before is not None else "/dev/null",
        f"b/{path}" if after is not None else "/dev/null",
    )
    lines = difflib.unified_diff(old, new, fromfile=source, tofile=target, n=3)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes | None) -> list[str] | None:
    if data is None:
        return []
    try:
        # Not splitlines(): U+2028 inside a line is no line end to a diff.
        parts = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
