"""What came of a caller's word on a review, as a model gets it: what was refused first, all of it under a budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from backwright.mcp_api.tool import Closed

if TYPE_CHECKING:
    from backwright.review.report import Report
    from backwright.review.verdict import Outcome

BUDGET: Final = 3_700
"""Tokens of the rows, as JSON and as text each; the rest of the answer takes up to 200 more."""
_LONGEST: Final = 400
_OPEN: Final = 10

# What a caller has to do something about comes first.
_ORDER: Final = ("refused", "moved", "merged", "accepted")


class Row(Closed):
    """What came of one verdict or comment."""

    of: str
    outcome: str
    at: str | None = None
    why: str | None = None


class JudgeAnswer(Closed):
    """What was accepted and what was not, and which questions are still open."""

    summary: str
    review: str
    outcomes: tuple[Row, ...] = ()
    more: int | None = None
    open: tuple[str, ...] = ()


def answer(handle: str, report: Report, outcomes: Sequence[Outcome], asked: int) -> JudgeAnswer:
    """The outcomes, refusals first, as many as fit."""
    rows = [
        Row(of=_short(one.of, 120) or "", outcome=one.outcome, at=_short(one.at, 300), why=_short(one.why, _LONGEST))
        for one in sorted(outcomes, key=lambda one: _ORDER.index(one.outcome))
    ]
    shown = rows[: _end(rows)]
    questions = [f"{question.skill}/{question.item}" for question in report.questions]
    counts = {word: sum(row.outcome == word for row in rows) for word in reversed(_ORDER)}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing was said"
    return JudgeAnswer(
        summary=f"{asked - len(questions)} of {asked} questions answered; {told}. "
        f"The report has {len(report.findings)} findings.",
        review=handle,
        outcomes=tuple(shown),
        more=len(rows) - len(shown) or None,
        open=tuple(questions[:_OPEN]),
    )


def render(page: JudgeAnswer) -> str:
    """The answer as compact Markdown."""
    lines = [page.summary, *(_line(row) for row in page.outcomes)]
    lines += [f"- {page.more} more, none of them worse than the last"] if page.more else []
    lines += [f"Open, so not evaluated: {', '.join(page.open)}"] if page.open else []
    lines += [f"Report: review://{page.review}, or `backwright review --handle {page.review} --format github-review`"]
    return "\n".join(lines)


def _line(row: Row) -> str:
    at = f" at {row.at}" if row.at else ""
    why = f": {row.why}" if row.why else ""
    return f"- {row.outcome} {row.of}{at}{why}"


def _end(rows: Sequence[Row]) -> int:
    from backwright.routing.briefing import approx_tokens

    budget = BUDGET
    for index, row in enumerate(rows):
        budget -= 1 + max(approx_tokens(row.model_dump_json(exclude_none=True)), approx_tokens(_line(row)))
        if budget < 0:
            return index
    return len(rows)


def _short(text: str | None, limit: int) -> str | None:
    return text if text is None or len(text) <= limit else f"{text[: limit - 1]}…"
