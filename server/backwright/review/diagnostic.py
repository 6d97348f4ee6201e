"""What a review says: a `Diagnostic` on an added line, and the vocabulary around it.

The names are those of reviewdog's Diagnostic Format and of the Language Server Protocol.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """How bad a finding is; an `error` is a defect, a `warning` a likely one, an `info` worth a look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting puts errors first."""
        return list(Severity).index(self)


class Basis(StrEnum):
    """What a finding was decided on: the whole file after the change, the diff's own lines, or a reader's judgement."""

    FULL = "full"
    FRAGMENT = "fragment"
    JUDGEMENT = "judgement"


class Confidence(StrEnum):
    """How sure the detector is. `low` is for evidence that a reader must weigh."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Frozen(BaseModel):
    """A value that crosses a boundary: closed, immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Location(Frozen):
    """A valid review coordinate: a path of the new side, and lines of it that lie inside one hunk.

    Lines and columns count from 1; `end_line` is inclusive. A finding's `line` is always one that the diff adds.
    """

    path: str
    line: int
    column: int = 1
    end_line: int | None = None


class Suggestion(Frozen):
    """A mechanical fix: the lines `line` to `end_line` (inclusive, new side) become `replacement`."""

    line: int
    end_line: int
    replacement: str


class ItemRef(Frozen):
    """The checklist sentence that a finding enforces, and the skill and version that it stands in."""

    skill: str
    version: str
    item: str
    text: str


class Diagnostic(Frozen):
    """One finding. `code` is stable for ever, `kind` names the defect whatever finds it; `detector` is `backwright` or
    `ruff`, or `caller` for what a reader judged and no rule found.
    """

    code: str
    name: str
    kind: str = ""
    message: str
    severity: Severity
    location: Location
    basis: Basis
    confidence: Confidence
    detector: str
    suggestion: Suggestion | None = None
    enforces: ItemRef | None = None
    fingerprint: str = ""
    """The same for the same finding after its line has moved: made of the code, the path, the line's text and, where
    several lines of a file read alike, which of them it is."""
    others: tuple[int, ...] = ()
    """Further lines of the same file with the same code, where findings of style were put into one entry."""
