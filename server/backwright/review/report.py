"""What a review answers: findings, the state of the checklist, questions, and what was not checked.

The three channels never mix. A report is the same for the same input, byte for byte.
"""

from __future__ import annotations

from typing import Literal

from backwright.review.checklist import ItemStatus, JudgementQuestion
from backwright.review.diagnostic import Diagnostic, Frozen

ReportBasis = Literal["full", "fragment", "mixed", "none"]


class Unchecked(Frozen):
    """Something that was not reviewed, and why.

    `lines` are numbers of the new side where the path is known to the review; for a part of the diff that could not be
    read they are lines of the diff itself, and `of_diff` is true.
    """

    path: str | None
    lines: tuple[int, ...] = ()
    of_diff: bool = False
    reason: str


class Suppressed(Frozen):
    """A finding that was made and is not reported as one, and who said so."""

    code: str
    path: str
    line: int
    reason: str


class EvidenceLine(Frozen):
    """A line of the diff that a question is about."""

    path: str
    line: int
    text: str


class OpenQuestion(Frozen):
    """A judgement item that applies to this change, for the calling model or person to answer."""

    skill: str
    version: str
    item: str
    text: str
    question: JudgementQuestion
    lines: tuple[EvidenceLine, ...] = ()


class Stats(Frozen):
    """How much was looked at.

    `reviewed` counts the added Python lines that were parsed, `touched` the findings that the file gave before the
    change as often, which are not reported.
    """

    files: int = 0
    python_files: int = 0
    added: int = 0
    added_python: int = 0
    reviewed: int = 0
    touched: int = 0


class Report(Frozen):
    """The result of a review.

    Args:
        subject: names the change, such as "the work tree against main".
        basis: what was read: whole files, the diff alone, or some of both.
        findings: by file and line.
        checklist: the state of every entry that is decided by rules or by facts of the change.
        questions: the entries that a reader has to decide, the most relevant first.
        unchecked: every part that was not reviewed.
        suppressed: findings that the project silenced.
        notes: what a reader must know about how the review was made.
        stats: how much was looked at.
    """

    subject: str = ""
    basis: ReportBasis
    findings: tuple[Diagnostic, ...] = ()
    checklist: tuple[ItemStatus, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    stats: Stats = Stats()
