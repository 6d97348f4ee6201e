"""What a review answers: findings, the state of the checklist, questions, and what was not checked.

The three channels never mix. A report is the same for the same input, byte for byte.
"""

from __future__ import annotations

from typing import Literal

from backwright.review.checklist import ItemStatus, JudgementQuestion
from backwright.review.diagnostic import Diagnostic, Frozen, Severity

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
    """A finding that was made and is not reported as one, who said so, and why.

    `by` is the project (`suppress`), its rule for some paths, or a comment in the code; `added` says that the change
    itself adds that comment.
    """

    code: str
    path: str
    line: int
    reason: str
    by: Literal["project", "path rule", "comment"] = "project"
    added: bool = False
    message: str = ""
    severity: Severity = Severity.INFO
    fingerprint: str = ""


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


class Fixed(Frozen):
    """A finding of an earlier review that is no longer there."""

    code: str
    path: str
    line: int


class Since(Frozen):
    """What became of the findings of an earlier review.

    Args:
        review: its handle, or the name of its file.
        still_open: what it found and this one too; not among the findings.
        fixed: what it found and this one, which looked there too, did not.
        not_compared: how many of its findings lie where this review did not look.
        answered: what its questions were answered with, by item, where the quoted code still stands.
    """

    review: str
    still_open: tuple[Diagnostic, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    not_compared: int = 0
    answered: tuple[tuple[str, str], ...] = ()


class Stats(Frozen):
    """How much was looked at.

    `reviewed` counts the added Python lines that were parsed, `touched` the findings that the file gave before the
    change as often, `left_out` those below the profile or the floor of severity, and `known` those of the baseline;
    none of them are reported. `known` is None where there is no baseline.
    """

    files: int = 0
    python_files: int = 0
    added: int = 0
    added_python: int = 0
    reviewed: int = 0
    touched: int = 0
    left_out: int = 0
    known: int | None = None


class Report(Frozen):
    """The result of a review.

    Args:
        subject: names the change, such as "the work tree against main".
        basis: what was read: whole files, the diff alone, or some of both.
        findings: by file and line.
        checklist: the state of every entry that is decided by rules or by facts of the change.
        questions: the entries that a reader has to decide, the most relevant first.
        unchecked: every part that was not reviewed.
        suppressed: findings that the project or a comment silenced.
        notes: what a reader must know about how the review was made.
        stats: how much was looked at.
        since: what became of an earlier review; then `findings` has only what is new.
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
    since: Since | None = None

    @property
    def open_findings(self) -> tuple[Diagnostic, ...]:
        """All findings, whether new or left from an earlier review."""
        return self.findings if self.since is None else (*self.findings, *self.since.still_open)
