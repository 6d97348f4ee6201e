"""A review as a model gets it: the worst first, in pages that each fit a budget of tokens.

A review is the same for the same change, so a cursor holds no state: it names the report and the place in it, and the
next call reviews again and goes on from there. Where the change is another one by then, the cursor is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from backwright.errors import InvalidCursorError
from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.review.diagnostic import Diagnostic
    from backwright.review.report import OpenQuestion, Report, Since

BUDGET: Final = 3_900
"""Tokens of one page, as JSON and as text each."""
_PAGE_COST: Final = 120
_LONGEST: Final = 600
_MANY_LINES: Final = 20
_LINE_OF_CODE: Final = 120

_ASKED: Final = "Decide by reading the lines, then answer with complete_review"

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
    do: str | None = None


class Still(Closed):
    """A finding of the earlier review that is still there."""

    still_open: str


class Question(Closed):
    """Something that the reader of the code has to decide."""

    item: str
    ask: str
    look_for: str
    success: str
    failure: str
    lines: tuple[str, ...] = ()
    before: str | None = None


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


Part: TypeAlias = Finding | Unchecked | Question | Item | Still


class ReviewAnswer(Closed):
    """One page of a review."""

    summary: str
    review: str | None = None
    findings: tuple[Finding, ...] = ()
    still_open: tuple[str, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    questions: tuple[Question, ...] = ()
    checklist: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None


def answer(
    report: Report, cursor: str | None, budget: int = BUDGET, *, handle: str | None = None, word: str = ""
) -> ReviewAnswer:
    """The page of the report from the cursor on.

    Args:
        report: the review.
        cursor: as the page before gave it; None for the first page.
        budget: the most tokens that the page may cost.
        handle: what `complete_review` knows the review by; it follows from the report, and so does every page.
        word: why there is none.

    Raises:
        InvalidCursorError: it is the cursor of another review, or the change is another one by now.
    """
    parts = list(_parts(report))
    mark = hashlib.sha256(report.model_dump_json().encode()).hexdigest()[:16]
    start = _start(cursor, mark, len(parts))
    notes = () if start else tuple(_short(note, 300) for note in report.notes[:10])
    summary = " ".join(part for part in (_summary(report), word and f"{word[:1].upper()}{word[1:]}.") if part)
    end = _end(parts, start, budget - _PAGE_COST - _tokens(summary, *notes))
    shown = parts[start:end]
    return ReviewAnswer(
        summary=summary,
        review=handle,
        findings=tuple(part for part in shown if isinstance(part, Finding)),
        still_open=tuple(part.still_open for part in shown if isinstance(part, Still)),
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
        ("Still open since the earlier review", tuple(Still(still_open=line) for line in page.still_open)),
        ("Not reviewed", page.unchecked),
        (_ASKED, page.questions),
        ("Checklist", page.checklist),
    ):
        if parts:
            lines += ["", f"## {heading}", *(_line(part) for part in parts)]
    if page.review is not None:
        lines += ["", f"Whole report: review://{page.review}"]
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
    for still in report.since.still_open if report.since is not None else ():
        place = f"{still.location.path}:{still.location.line}"
        yield Still(still_open=_short(f"{place} {still.severity.value} {still.code}: {still.message}", 200))
    for part in report.unchecked:
        yield Unchecked(path=_path(part.path), lines=part.lines[:_MANY_LINES], reason=_short(part.reason))
    before = dict(report.since.answered) if report.since is not None else {}
    for question in report.questions:
        yield _question(question, before)
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
        do=_short(found.enforces.text, 200) if found.enforces is not None and suggestion is None else None,
    )


def _question(question: OpenQuestion, before: Mapping[str, str]) -> Question:
    return Question(
        item=f"{question.skill}/{question.item}",
        ask=question.question.ask,
        look_for=question.question.evidence,
        success=question.question.success,
        failure=question.question.failure,
        lines=tuple(
            f"{line.path}:{line.line} {_short(line.text, _LINE_OF_CODE)}" for line in question.lines[:_MANY_LINES]
        ),
        before=before.get(f"{question.skill}/{question.item}"),
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
    quiet = f"; {len(report.suppressed)} suppressed by the project or a comment" if report.suppressed else ""
    since = f" {_since(report.since, len(report.findings))}" if report.since is not None else ""
    return f"{found}; {read} ({report.basis} basis){quiet}.{since}"


def _since(since: Since, new: int) -> str:
    """What became of an earlier review, with what is fixed as counts by code."""
    fixed = Counter(one.code for one in since.fixed)
    codes = ", ".join(f"{code} {count}" if count > 1 else code for code, count in sorted(fixed.items())[:_MANY_LINES])
    missed = f", {since.not_compared} not looked at again" if since.not_compared else ""
    return (
        f"Since review {since.review}: {new} new (listed), {len(since.still_open)} still open, {len(since.fixed)} fixed"
        f"{f' ({codes})' if codes else ''}{missed}."
    )


def _line(part: Part) -> str:
    if isinstance(part, Finding):
        rest = f" and {part.more_others} more" if part.more_others else ""
        more = f" (also lines {', '.join(map(str, part.others))}{rest})" if part.others else ""
        sure = f" [{part.confidence} confidence]" if part.confidence else ""
        fix = f"\n  Replace the line by: `{part.replacement}`" if part.replacement is not None else ""
        rule = f" [{part.item}]" if part.item else ""
        do = f"\n  Do: {part.do}" if part.do else ""
        return f"- {part.path}:{part.line} {part.severity} {part.code}: {part.message}{more}{sure}{rule}{do}{fix}"
    if isinstance(part, Still):
        return f"- {part.still_open}"
    if isinstance(part, Unchecked):
        where = part.path or "the diff"
        lines = f" lines {', '.join(map(str, part.lines))}" if part.lines else ""
        return f"- {where}{lines}: {part.reason}"
    if isinstance(part, Question):
        before = f" Before: {part.before}." if part.before else ""
        lines = "".join(f"\n  {line}" for line in part.lines)
        good_or_bad = f"met: {part.success} broken: {part.failure}"
        return f"- [{part.item}] {part.ask} {part.look_for} {good_or_bad}{before}{lines}"
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
