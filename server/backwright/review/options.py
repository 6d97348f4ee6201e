"""How to review: what the caller asks for, and what the project has silenced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from backwright.review.baseline import Baseline
from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import FileDiff
from backwright.review.globs import matches
from backwright.review.profile import Profile
from backwright.review.rule import Rule

PROJECT_FILE = "backwright.yaml"
MAX_QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule that the project silences, why, and for which files (globs; empty for all)."""

    rule: str
    reason: str
    paths: tuple[str, ...] = ()

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether it silences this finding."""
        return self.rule == diagnostic.code and (not self.paths or matches(diagnostic.location.path, self.paths))


@dataclass(frozen=True, slots=True)
class PathRule:
    """How the project wants some files reviewed (globs), where that differs from the rest, and why."""

    paths: tuple[str, ...]
    reason: str
    profile: Profile | None = None
    min_severity: Severity | None = None
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How to review. Without any, everything that is found is reported.

    Args:
        suppressions: what the project silences; not honoured where the diff changes the file that says so, unless it
            is `agreed`.
        exclude: globs of files that the project keeps out of reviews; likewise.
        paths: globs of the files that the caller asks for; empty for all.
        min_severity: the least severe findings that the caller wants; the stricter of this and the project's holds.
        profile: how much the caller wants, which goes before what the project says; None for what it says.
        project_profile: how much the project wants reported.
        project_severity: the least severe findings that the project wants reported.
        path_rules: what the project wants otherwise for some files; the first that matches a file holds.
        baseline: what was there when the project began with reviews.
        agreed: whether what the project says was read from before the change, so that the change did not write it.
        whole: whether the diff is a whole tree, of which nothing is new.
        apart: whether each finding is an entry of its own, also where a file decides such a thing once.
        notes: what to say of how all this was chosen.
        rules: the rules to run; None for all of ours.
        ruff: whether to run ruff.
        subject: names the change in the report.
        max_questions: how many judgement questions to ask at most; the rest stay in the checklist, not evaluated.
    """

    suppressions: tuple[Suppression, ...] = ()
    exclude: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    min_severity: Severity = Severity.INFO
    profile: Profile | None = None
    project_profile: Profile = Profile.STRICT
    project_severity: Severity = Severity.INFO
    path_rules: tuple[PathRule, ...] = ()
    baseline: Baseline | None = None
    agreed: bool = False
    whole: bool = False
    apart: bool = False
    notes: tuple[str, ...] = ()
    rules: tuple[Rule, ...] | None = None
    ruff: bool = True
    subject: str = ""
    max_questions: int = MAX_QUESTIONS

    def rule_for(self, path: str) -> PathRule | None:
        """What the project wants otherwise for a file."""
        return next((rule for rule in self.path_rules if matches(path, rule.paths)), None)

    def without_project(self) -> Options:
        """The same without what the project says."""
        return replace(
            self,
            suppressions=(),
            exclude=(),
            project_profile=Profile.STRICT,
            project_severity=Severity.INFO,
            path_rules=(),
            baseline=None,
        )


def changes_project_file(files: tuple[FileDiff, ...]) -> bool:
    """Whether the change alters the file that its own review would obey: then nobody has agreed to it yet."""
    return any(PROJECT_FILE in {PurePosixPath(path).name for path in (f.path, f.old_path)} for f in files)
