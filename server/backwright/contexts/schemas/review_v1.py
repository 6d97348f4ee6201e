"""The review context, version 1: which change to review, and how much of the answer to give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from backwright.contexts.schema import ContextModel, Schema
from backwright.contexts.schemas.project_v1 import Glob, RelativePath

_SOURCES = ("base", "range", "diff_file", "diff")
# A revision never starts with a hyphen (git would read an option) and holds none of the characters that
# git-check-ref-format forbids, apart from those that select (^ ~ @ { }).
REVISION = r"[A-Za-z0-9_@](\.?[A-Za-z0-9_@/^~{}+#-])*"


class ReviewContextV1(ContextModel):
    """What to review. With no source at all: what the branch changed since its merge base, and the work tree."""

    base: str | None = Field(default=None, max_length=255, pattern=rf"^{REVISION}$")
    """The revision to compare with, such as main or HEAD~3; includes what is not committed yet."""
    range: str | None = Field(default=None, max_length=511, pattern=rf"^{REVISION}\.\.\.?{REVISION}$")
    """Commits to review, as A..B or A...B (from their merge base)."""
    diff_file: RelativePath | None = None
    """The path of a unified diff inside the project."""
    diff: str | None = Field(default=None, min_length=1, max_length=4_194_304)
    """The text of a unified diff; only where the server has no file system to read it from."""
    paths: tuple[Glob, ...] = Field(strict=False, default=(), max_length=100)
    """Only these files, as globs."""
    min_severity: Literal["error", "warning", "info"] = "info"
    """The least severe findings to report."""
    cursor: str | None = Field(default=None, min_length=1, max_length=1024)
    """The cursor of an earlier answer, for the findings that follow."""

    @model_validator(mode="after")
    def _one_source(self) -> ReviewContextV1:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} each say what to review; give one of them")
        return self


SCHEMA = Schema(
    type="review",
    version=1,
    model=ReviewContextV1,
    examples=(
        {},
        {"base": "origin/main", "min_severity": "warning"},
        {"range": "v1.2.0...HEAD", "paths": ["app/**"]},
        {"diff_file": "change.diff"},
    ),
)
