"""A review as a model gets it: the worst first, in pages that each fit a budget of tokens.

A review is the same for the same change, so a cursor holds no state: it names the report and the place in it, and the
next call reviews again and goes on from there. Where the change is another one by then, the cursor is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from backwright.errors import InvalidCursorError
from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.review.diagnostic import Diagnostic
    from backwright.review.report import OpenQuestion, Report

BUDGET: Final = 3_900
"""Tokens of one page, as JSON and as text each."""
_PAGE_COST: Final = 120
_LONGEST: Final = 600
_MANY_LINES: Final = 20

_CURSOR: Final = re.compile(r"([1-9][0-9]{0,8})\.([0-9a-f]{16})")


class Finding(Closed):
    """A defect on a line that the change adds."""

    code: str
    severity: Literal["error", "warning", "info"]
    path: str
    line: int
    message: str
    others: tuple[int, ...] | None = None
    more_others: int | None = None
    replacement: str | None = None
    confidence: str | None = None
    item: str | None = None


class Question(Closed):
    """Something that the reader of the code has to decide."""

    item: str
    ask: str
    look_for: str
    success: str
    failure: str
    lines: tuple[str, ...] = ()


class Item(Closed):
    """A checklist sentence that the change breaks, or gives cause to ask for."""

    item: str
    text: str
    status: str
    detail: str


class Unchecked(Closed):
    """A part of the change that was not reviewed."""

    path: str | None = None
    lines: tuple[int, ...] = ()
    reason: str


Part: TypeAlias = Finding | Unchecked | Question | Item


class ReviewAnswer(Closed):
    """One page of a review."""

    summary: str
    findings: tuple[Finding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    questions: tuple[Question, ...] = ()
    checklist: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None


def answer(report: Report, cursor: str | None, budget: int = BUDGET) -> ReviewAnswer:
    """The page of the report from the cursor on.

    Raises:
        InvalidCursorError: it is the cursor of another review, or the change is another one by now.
    """
    parts = list(_parts(report))
    mark = hashlib.sha256(report.model_dump_json().encode()).hexdigest()[:16]
    start = _start(cursor, mark, len(parts))
    notes = () if start else tuple(_short(note, 300) for note in report.notes[:10])
    summary = _summary(report)
    end = _end(parts, start, budget - _PAGE_COST - _tokens(summary, *notes))
    shown = parts[start:end]
    return ReviewAnswer(
        summary=summary,
        findings=tuple(part for part in shown if isinstance(part, Finding)),
        unchecked=tuple(part for part in shown if isinstance(part, Unchecked)),
        questions=tuple(part for part in shown if isinstance(part, Question)),
        checklist=tuple(part for part in shown if isinstance(part, Item)),
        notes=notes,
        next_cursor=f"{end}.{mark}" if end < len(parts) else None,
    )


def render(page: ReviewAnswer) -> str:
    """The page as compact Markdown."""
    lines = [page.summary, *(f"Note: {note}" for note in page.notes)]
    for heading, parts in (
        ("Findings", page.findings),
        ("Not reviewed", page.unchecked),
        ("Decide yourself, by reading the lines", page.questions),
        ("Checklist", page.checklist),
    ):
        if parts:
            lines += ["", f"## {heading}", *(_line(part) for part in parts)]
    if page.next_cursor is not None:
        lines += ["", f"More follows: call review_diff again, same arguments, with cursor={page.next_cursor}"]
    return "\n".join(lines)


def _parts(report: Report) -> Iterator[Part]:
    """Everything that is shown, in the order in which a reader wants it."""
    worst_first = sorted(
        report.findings, key=lambda found: (found.severity.rank, found.location.path, found.location.line)
    )
    for diagnostic in worst_first:
        yield _finding(diagnostic)
    for part in report.unchecked:
        yield Unchecked(path=_path(part.path), lines=part.lines[:_MANY_LINES], reason=_short(part.reason))
    for question in report.questions:
        yield _question(question)
    for item in report.checklist:
        if item.status in {"violated", "evidenced", "not_evidenced"}:
            yield Item(item=f"{item.skill}/{item.item}", text=item.text, status=item.status, detail=_short(item.detail))


def _finding(found: Diagnostic) -> Finding:
    confidence = found.confidence.value
    suggestion = found.suggestion.replacement if found.suggestion is not None else None
    return Finding(
        code=found.code,
        severity=found.severity.value,
        path=found.location.path,
        line=found.location.line,
        message=_short(found.message),
        others=found.others[:_MANY_LINES] or None,
        more_others=max(len(found.others) - _MANY_LINES, 0) or None,
        replacement=suggestion if suggestion is not None and len(suggestion) <= _LONGEST else None,
        confidence=None if confidence == "high" else confidence,
        item=f"{found.enforces.skill}/{found.enforces.item}" if found.enforces is not None else None,
    )


def _question(question: OpenQuestion) -> Question:
    return Question(
        item=f"{question.skill}/{question.item}",
        ask=question.question.ask,
        look_for=question.question.evidence,
        success=question.question.success,
        failure=question.question.failure,
        lines=tuple(f"{line.path}:{line.line}" for line in question.lines[:_MANY_LINES]),
    )


def _summary(report: Report) -> str:
    counts = [
        f"{count} {severity}{'s' if count > 1 else ''}"
        for severity in ("error", "warning", "info")
        if (count := sum(found.severity == severity for found in report.findings))
    ]
    stats = report.stats
    found = f"{len(report.findings)} findings ({', '.join(counts)})" if counts else "No findings"
    read = f"{stats.reviewed} of {stats.added_python} added Python lines in {stats.python_files} files were read"
    quiet = f"; {len(report.suppressed)} suppressed by the project" if report.suppressed else ""
    return f"{found}; {read} ({report.basis} basis){quiet}."


def _line(part: Part) -> str:
    if isinstance(part, Finding):
        rest = f" and {part.more_others} more" if part.more_others else ""
        more = f" (also lines {', '.join(map(str, part.others))}{rest})" if part.others else ""
        sure = f" [{part.confidence} confidence]" if part.confidence else ""
        fix = f"\n  Replace the line by: `{part.replacement}`" if part.replacement is not None else ""
        rule = f" [{part.item}]" if part.item else ""
        return f"- {part.path}:{part.line} {part.severity} {part.code}: {part.message}{more}{sure}{rule}{fix}"
    if isinstance(part, Unchecked):
        where = part.path or "the diff"
        lines = f" lines {', '.join(map(str, part.lines))}" if part.lines else ""
        return f"- {where}{lines}: {part.reason}"
    if isinstance(part, Question):
        lines = f" At {', '.join(part.lines)}." if part.lines else ""
        return f"- [{part.item}] {part.ask} {part.look_for}{lines} Good: {part.success} Bad: {part.failure}"
    return f"- [{part.item}] {part.status}: {part.text} {part.detail}"


def _start(cursor: str | None, mark: str, length: int) -> int:
    if cursor is None:
        return 0
    form = _CURSOR.fullmatch(cursor)
    if form is None or form[2] != mark or int(form[1]) >= length:
        raise InvalidCursorError(
            "the cursor is not of this review: the change, or an argument, is another one by now",
            hint="call review_diff again without a cursor",
        )
    return int(form[1])


def _end(parts: Sequence[Part], start: int, budget: int) -> int:
    """Where the page ends: at least one part on, so that every part is shown at some time."""
    for index in range(start, len(parts)):
        cost = max(_tokens(parts[index].model_dump_json(exclude_none=True)), _tokens(_line(parts[index])) + 1)
        budget -= cost
        if budget < 0 and index > start:
            return index
    return len(parts)


def _tokens(*texts: str) -> int:
    from backwright.routing.briefing import approx_tokens

    return sum(approx_tokens(text) for text in texts)


def _path(path: str | None) -> str | None:
    return None if path is None else _short(path, 300)


def _short(text: str, limit: int = _LONGEST) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
