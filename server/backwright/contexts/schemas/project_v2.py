"""The project context, version 2: how its changes are reviewed.

Every document of version 1 is one of version 2 with the same meaning.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backwright.contexts.schema import ContextModel, Schema, as_it_is
from backwright.contexts.schemas.project_v1 import Glob, ProjectContextV1, Reason, RelativePath, RuleCode

Profile = Literal["quiet", "standard", "strict"]
LeastSeverity = Literal["error", "warning", "info"]


class PathRule(ContextModel):
    """How some files are reviewed, where that differs from the rest, and why."""

    paths: tuple[Glob, ...] = Field(strict=False, min_length=1, max_length=100)
    """The files, as globs."""
    reason: Reason
    """Why they differ; shown where findings are left out for it."""
    profile: Profile | None = None
    """How much to report of them."""
    min_severity: LeastSeverity | None = None
    """The least severe findings to report of them."""
    ignore: tuple[RuleCode, ...] = Field(strict=False, default=(), max_length=100)
    """Rules that do not apply to them."""


class ReviewConventions(ContextModel):
    """How changes of this project are reviewed."""

    profile: Profile = "standard"
    """quiet: what is surely wrong; standard: what a careful reviewer would say; strict: style and hints as well."""
    min_severity: LeastSeverity = "info"
    """The least severe findings to report."""
    paths: tuple[PathRule, ...] = Field(strict=False, default=(), max_length=100)
    """Rules for some files; the first that matches a file holds for it."""
    baseline: RelativePath | None = None
    """A file of findings that were there when Backwright came, written by `backwright review --write-baseline`."""


class ProjectContextV2(ProjectContextV1):
    """What Backwright is told about a project; every member may be left out."""

    framework: Literal["fastapi", "flask", "django"] | None = None  # type: ignore[assignment]  # wider than before
    """The web framework to write for; left out, it is read from the project."""
    review: ReviewConventions = ReviewConventions()
    """How its changes are reviewed."""
    templates: tuple[RelativePath, ...] = Field(strict=False, default=(), max_length=20)
    """Folders that hold templates of the project's own, each a folder with template.yaml and files/."""


SCHEMA = Schema(
    type="project",
    version=2,
    model=ProjectContextV2,
    upgrade=as_it_is,
    examples=(
        {},
        {
            "framework": "fastapi",
            "skills": {"fastapi-endpoint": "^1.0"},
            "templates": ["tools/templates"],
            "review": {
                "profile": "quiet",
                "paths": [
                    {
                        "paths": ["scripts/**"],
                        "min_severity": "error",
                        "ignore": ["BW601"],
                        "reason": "run by hand, by one person",
                    }
                ],
                "baseline": "backwright-baseline.json",
            },
        },
    ),
)
