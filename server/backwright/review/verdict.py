"""What the caller of a review says of it: answers to its questions, and remarks of their own; and what came of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from backwright.review.diagnostic import Diagnostic, Frozen, ItemRef, Severity

MAX_TEXT = 2_000
"""Characters of a message or a reason; what is longer is cut."""
MAX_VERDICTS = 40
MAX_COMMENTS = 30


class Answer(StrEnum):
    """How a question is answered."""

    MET = "met"
    BROKEN = "broken"
    NOT_APPLICABLE = "not_applicable"
    UNSURE = "unsure"


class Verdict(Frozen):
    """The answer to one question. `broken` needs a quote: the code that breaks it, as `path` has it at `line`."""

    item: str = Field(min_length=1, max_length=300)
    verdict: Answer
    path: str | None = Field(default=None, min_length=1, max_length=4_096)
    line: int | None = Field(default=None, ge=1, le=1_000_000_000)
    quote: str | None = Field(default=None, max_length=20_000)
    reason: str | None = Field(default=None, max_length=20_000)


class Comment(Frozen):
    """A remark on a line, or on the lines that the quote spans from there on."""

    path: str = Field(min_length=1, max_length=4_096)
    line: int = Field(ge=1, le=1_000_000_000)
    quote: str = Field(max_length=20_000)
    message: str = Field(max_length=20_000)
    severity: Severity = Severity.WARNING
    suggestion: str | None = Field(default=None, max_length=20_000)


class Evidence(Frozen):
    """Lines that a verdict rests on, as the diff has them."""

    path: str
    line: int
    end_line: int
    text: str


class Ruling(Frozen):
    """An answer that was accepted."""

    question: ItemRef
    answer: Answer
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


class Remark(Frozen):
    """Something that a caller found, as a diagnostic with `caller` as its detector, and the code that it is about."""

    diagnostic: Diagnostic
    text: str


class Judgements(Frozen):
    """Everything that was accepted under one handle so far."""

    rulings: tuple[Ruling, ...] = ()
    comments: tuple[Remark, ...] = ()


class Outcome(Frozen):
    """What came of one verdict or comment.

    Args:
        of: the item, or `comment 1` for the first comment.
        outcome: what became of it. Something that is moved is accepted too.
        at: where it stands now, as `path:line`.
        why: one line that says why, or what else was changed.
    """

    of: str
    outcome: Literal["accepted", "moved", "merged", "refused"]
    at: str | None = None
    why: str | None = None
