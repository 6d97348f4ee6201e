"""What a review rule is: a code, a sentence, and a function from what was read to what was found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.source import Source

_CODE = re.compile(r"BW[1-9][0-9]{2}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's claim, before the engine has tied it to an added line.

    Args:
        lines: the lines (new side, from 1) that together make the defect, the best to point at first. The engine
            anchors the finding at the first of them that the diff adds and drops it when it adds none.
        message: one sentence that names what is there and what it does.
        replacement: the new text of the line pointed at, where the fix is mechanical and is that line alone.
        path: the file, for a rule that reads the whole change; a rule that reads one source leaves it out.
        confidence: overrides the rule's own.
        severity: overrides the rule's own, for example by the major version that the project depends on.
        kind: overrides the rule's own, where a rule finds more than one kind of defect.
    """

    lines: tuple[int, ...]
    message: str
    replacement: str | None = None
    path: str | None = None
    confidence: Confidence | None = None
    severity: Severity | None = None
    kind: str | None = None


Aggregate = Literal["never", "in tests", "always"]
SourceCheck = Callable[[Source, Facts], Iterable[Finding]]
ChangeCheck = Callable[[Change, Facts], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A review rule.

    Args:
        code: `BW` and three digits; stable for ever. 1xx async, 2xx HTTP API, 3xx Pydantic and settings,
            4xx security, 5xx persistence and migrations, 6xx resilience, 7xx tests and time, 8xx structure.
        name: kebab-case, and says what is found, so that "allow `name`" reads well. Never the remedy.
        severity: the usual one.
        summary: one sentence for lists: what it finds and why that hurts.
        check_source: reads one Python file or fragment.
        check_change: reads the change as a whole. Exactly one of the two is given.
        confidence: the usual one.
        kind: the kind of defect, an id of `kinds.txt`; several rules may find one kind.
        aggregate: where all findings in a file become one entry, because the file decides such a thing once.
        literal: the text of the line is the defect itself, as a secret is: another text is another defect, also where
            the file had one of the kind before.

    Raises:
        ValueError: a code or a name of another form, or not exactly one check.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    check_source: SourceCheck | None = None
    check_change: ChangeCheck | None = None
    confidence: Confidence = Confidence.HIGH
    kind: str = ""
    aggregate: Aggregate = "never"
    literal: bool = False

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"a rule's code is BW and three digits, not {self.code!r}")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a rule's name is kebab-case of at least two words, not {self.name!r}")
        if (self.check_source is None) == (self.check_change is None):
            raise ValueError(f"{self.code} must have exactly one of check_source and check_change")
