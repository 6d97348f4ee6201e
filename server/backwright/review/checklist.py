"""Checklist entries: the sentences that a review answers to, and what decides each of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backwright.review.diagnostic import Frozen


class JudgementQuestion(Frozen):
    """What only a reader can decide: the question, where to look, and how either answer shows.

    A word in backticks in `evidence` is one that the code must hold: where no reviewed hunk holds any of them, the
    question does not apply.
    """

    ask: str
    evidence: str
    success: str
    failure: str


class ChecklistEntry(Frozen):
    """One sentence of a skill's checklist. Exactly one of `rules`, `evidence` and `question` decides it.

    Args:
        skill: the skill that it stands in.
        version: of that skill.
        id: unique in the skill.
        text: the sentence.
        rules: codes of the rules, ours or ruff's, that decide it.
        evidence: the name of the fact of the change that decides it; see `evidence.py`.
        question: what a reader has to decide.
    """

    skill: str
    version: str
    id: str
    text: str
    rules: tuple[str, ...] = ()
    evidence: str | None = None
    question: JudgementQuestion | None = None


@dataclass(frozen=True, slots=True)
class Others:
    """Entries that a change is not held against for now.

    Args:
        spare: of skills that the change gave no cause for; where a rule of one finds something, it is held against it.
        cited: of skills that nobody wants; a finding still names the sentence that it enforces.
    """

    spare: tuple[ChecklistEntry, ...] = ()
    cited: tuple[ChecklistEntry, ...] = ()


def answered(
    entries: tuple[ChecklistEntry, ...], others: Others | None, codes: Collection[str]
) -> tuple[tuple[ChecklistEntry, ...], tuple[ChecklistEntry, ...]]:
    """The entries that a change is held against, once it is known which codes found something; and all to cite."""
    others = others or Others()
    called = {entry.skill for entry in others.spare if any(code in codes for code in entry.rules)}
    held = (*entries, *(entry for entry in others.spare if entry.skill in called))
    return held, (*held, *others.cited)


class Status(StrEnum):
    """What is known of an entry after a review. There is no "passed": what was not read may still break it."""

    VIOLATED = "violated"
    NO_VIOLATION = "no_violation"
    """Its detectors ran and found nothing on the lines that were read."""
    EVIDENCED = "evidenced"
    """The change shows what the sentence asks for."""
    NOT_EVIDENCED = "not_evidenced"
    """The change gives cause to ask for it and does not show it."""
    NOT_APPLICABLE = "not_applicable"
    NOT_EVALUATED = "not_evaluated"


class ItemStatus(Frozen):
    """The status of one entry and why it has it."""

    skill: str
    version: str
    item: str
    text: str
    status: Status
    detail: str
