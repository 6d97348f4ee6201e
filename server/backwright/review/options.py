"""How to review: what the caller asks for, and what the project has silenced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import FileDiff
from backwright.review.globs import matches
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
class Options:
    """How to review.

    Args:
        suppressions: what the project silences; not honoured where the diff changes the file that says so.
        exclude: globs of files that the project keeps out of reviews; likewise.
        paths: globs of the files that the caller asks for; empty for all.
        min_severity: the least severe findings to report.
        rules: the rules to run; None for all of ours.
        ruff: whether to run ruff.
        subject: names the change in the report.
        max_questions: how many judgement questions to ask at most; the rest stay in the checklist, not evaluated.
    """

    suppressions: tuple[Suppression, ...] = ()
    exclude: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    min_severity: Severity = Severity.INFO
    rules: tuple[Rule, ...] | None = None
    ruff: bool = True
    subject: str = ""
    max_questions: int = MAX_QUESTIONS


def changes_project_file(files: tuple[FileDiff, ...]) -> bool:
    """Whether the change alters the file that its own review would obey: then nobody has agreed to it yet."""
    return any(PROJECT_FILE in {PurePosixPath(path).name for path in (f.path, f.old_path)} for f in files)
