"""The project context, version 1: what a `backwright.yaml` tells about the repository that it lies in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from backwright.contexts.schema import ContextModel, Schema


def _relative(path: str) -> str:
    climbs = ".." in path.split("/")
    if climbs or path.startswith(("/", "~")) or any(character in path for character in "\\\0:"):
        raise ValueError(f"{path!r} is not a path inside the project; write it relative, with /, without ..")
    return path


RelativePath = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_relative)]
Glob = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_relative)]
SkillName = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
RuleCode = Annotated[str, Field(pattern=r"^[A-Z]{1,10}[0-9]{1,5}$")]
SkillPattern = Annotated[
    str, Field(max_length=200, pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){0,2}(/\*)?)$")
]
VersionRange = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z.*^~<>=, +-]+$")]
Reason = Annotated[str, Field(max_length=500, pattern=r"\S")]


class ProjectLayout(ContextModel):
    """Where things lie, for a project in which it cannot be seen from the files."""

    package: str | None = Field(
        default=None, max_length=255, pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
    )
    """The dotted import name of the application package, such as app or shop.api."""
    source_root: RelativePath | None = None
    """The folder that holds the package, such as . or src."""
    tests: RelativePath | None = None
    """The folder of the tests."""
    migrations: RelativePath | None = None
    """The folder that holds Alembic's env.py."""


class Suppression(ContextModel):
    """A review rule that does not apply in this project, and why."""

    rule: RuleCode
    """The code of the rule, such as BW102 or S101."""
    reason: Reason
    """Why it does not apply; shown in every report that it changes."""
    paths: tuple[Glob, ...] = Field(strict=False, default=(), max_length=100)
    """The files that it concerns, as globs; empty for the whole project."""


class ProjectContextV1(ContextModel):
    """What Backwright is told about a project; every member may be left out."""

    framework: Literal["fastapi"] | None = None
    """The web framework to write for; left out, it is read from the project."""
    layout: ProjectLayout = ProjectLayout()
    """Where things lie; what is left out is found by looking."""
    skills: dict[SkillName, VersionRange] = Field(
        default_factory=dict, max_length=200, json_schema_extra={"additionalProperties": False}
    )
    """The versions that skills are pinned to, as ranges in quotes, such as "^1.2"; without a pin, the newest."""
    scope: dict[SkillPattern, Literal["visible", "discoverable", "blocked"]] = Field(
        default_factory=dict, max_length=200, json_schema_extra={"additionalProperties": False}
    )
    """Skills that are only served when named (discoverable) or never (blocked), by name; "lib/*" stands for all of
    installed packages."""
    usage: bool = False
    """Whether to count, on this machine only, how often each skill is used."""
    checklists: tuple[SkillName, ...] = Field(strict=False, default=(), max_length=100)
    """The skills whose checklists a review applies; empty for all."""
    suppress: tuple[Suppression, ...] = Field(strict=False, default=(), max_length=200)
    """Review rules that do not apply here, each with a reason."""
    exclude: tuple[Glob, ...] = Field(strict=False, default=(), max_length=200)
    """Files that a review passes over, as globs, such as generated code."""
    python: str | None = Field(default=None, pattern=r"^3\.[0-9]{1,2}$")
    """The lowest Python version that the project supports, quoted, such as "3.11"."""


SCHEMA = Schema(
    type="project",
    version=1,
    model=ProjectContextV1,
    examples=(
        {},
        {
            "framework": "fastapi",
            "layout": {"package": "app", "source_root": ".", "tests": "tests", "migrations": "migrations"},
            "skills": {"fastapi-endpoint": "^1.0"},
            "scope": {"code-review": "discoverable", "lib/*": "blocked"},
            "checklists": ["fastapi-endpoint", "async-concurrency"],
            "suppress": [{"rule": "BW102", "reason": "the worker has a loop of its own", "paths": ["app/worker/**"]}],
            "exclude": ["app/generated/**"],
            "python": "3.11",
        },
    ),
)
