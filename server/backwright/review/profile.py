"""How much a review reports: the least profile of each finding, by principles that are data.

| profile | reports |
|---|---|
| quiet | what is surely wrong: errors, and sure warnings of kinds that nobody means |
| standard | what a careful reviewer would say |
| strict | style, and evidence that a reader must weigh, as well |

A profile never hides in silence: what it leaves out is counted in a note, and the checklist still knows of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backwright.review.diagnostic import Confidence, Diagnostic, Severity


class Profile(StrEnum):
    """How much to report, the least first."""

    QUIET = "quiet"
    STANDARD = "standard"
    STRICT = "strict"

    @property
    def rank(self) -> int:
        """0 for the one that reports least."""
        return list(Profile).index(self)


# How code is written, and not what it does: a file decides it once, and a formatter or a type checker says it too.
STYLE: Final = frozenset(
    {"ann-any", "ann-missing", "implicit-optional", "log-fstring", "type-ignore-blanket", "typing-legacy"}
)

# Warnings that stay warnings only because the harm comes late or seldom; nobody writes them on purpose.
SURE: Final = frozenset(
    {
        "async-blocking-subprocess",
        "async-dangling-task",
        "cache-on-method",
        "metric-cardinality",
        "response-overexposes",
        "retry-no-stop",
        "route-secret-in-query",
        "secret-in-log",
        "shell-true",
        "unsafe-deserialise",
    }
)


@dataclass(frozen=True, slots=True)
class Principle:
    """Which findings belong to a profile and all that report more.

    Args:
        least: the profile.
        what: the findings as a note names them, after a number: one, and several.
        holds: whether it is about a finding.
    """

    least: Profile
    what: tuple[str, str]
    holds: Callable[[Diagnostic], bool]


def _surely_wrong(finding: Diagnostic) -> bool:
    sure = finding.confidence is Confidence.HIGH and finding.severity is Severity.WARNING and finding.kind in SURE
    return sure or finding.severity is Severity.ERROR


PRINCIPLES: Final[tuple[Principle, ...]] = (
    Principle(Profile.STRICT, ("finding of style", "findings of style"), lambda finding: finding.kind in STYLE),
    Principle(
        Profile.STRICT,
        ("finding of low confidence", "findings of low confidence"),
        lambda finding: finding.confidence is Confidence.LOW,
    ),
    Principle(Profile.QUIET, ("finding that is surely wrong", "findings that are surely wrong"), _surely_wrong),
    Principle(Profile.STANDARD, ("finding that may be meant", "findings that may be meant"), lambda _finding: True),
)
"""The first that holds decides."""


def principle_of(finding: Diagnostic) -> Principle:
    """The principle that decides from which profile on a finding is reported."""
    return next(principle for principle in PRINCIPLES if principle.holds(finding))
