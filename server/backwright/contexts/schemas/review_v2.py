"""The review context, version 2: other sources, the checklists to apply, and what an earlier review said.

Every document of version 1 is one of version 2 with the same meaning.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from backwright.contexts.schema import Schema, as_it_is
from backwright.contexts.schemas.project_v1 import RelativePath
from backwright.contexts.schemas.review_v1 import REVISION, ReviewContextV1

_SOURCES = ("base", "range", "diff_file", "diff", "staged", "worktree")

SkillRequest = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[a-z0-9-]+(@[0-9A-Za-z.*^~<>=, +-]+)?$")]
Text = Annotated[str, Field(max_length=1_048_576)]


class ReviewContextV2(ReviewContextV1):
    """What to review. With no source at all: what the branch changed since its merge base, and the work tree."""

    staged: bool = False
    """Only what is staged for the next commit."""
    worktree: bool = False
    """Only what is not committed yet."""
    range: str | None = Field(default=None, max_length=511, pattern=rf"^{REVISION}(\.\.\.?{REVISION}|\^!)$")
    """Commits to review, as A..B, A...B (from their merge base) or A^! (that one)."""
    files: dict[RelativePath, Text] = Field(default_factory=dict, max_length=500)
    """Whole files after the change, by path, beside a diff given as text."""
    skills: tuple[SkillRequest, ...] = Field(strict=False, default=(), max_length=50)
    """The skills whose checklists to apply, as name or name@range; left out, those that the change calls for."""
    profile: Literal["quiet", "standard", "strict"] | None = None
    """How much to report; left out, what the project says."""
    previous: str | None = Field(default=None, min_length=1, max_length=100)
    """The handle of an earlier review: says what is new, fixed and still open since."""
    timeout: int | None = Field(default=None, ge=1, le=600)
    """Seconds after which to return what was done."""

    @model_validator(mode="after")
    def _one_source(self) -> ReviewContextV2:
        given = [name for name in _SOURCES if getattr(self, name) not in {None, False}]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} each say what to review; give one of them")
        if self.files and self.diff is None:
            raise ValueError("files are the new side of a diff that is given as text; give the diff as well")
        return self


SCHEMA = Schema(
    type="review",
    version=2,
    model=ReviewContextV2,
    upgrade=as_it_is,
    examples=(
        {},
        {"base": "origin/main", "min_severity": "warning", "profile": "quiet"},
        {"staged": True, "skills": ["fastapi-endpoint@^1", "async-concurrency"]},
        {"range": "v1.2.0...HEAD", "paths": ["app/**"], "timeout": 30},
    ),
)
