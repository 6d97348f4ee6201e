"""The review as this process gives it: a change, the project's conventions and the served checklists to one report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from backwright.agreed import Agreed, agreed
from backwright.catalog.scope import scoped
from backwright.checklists import checklists_of
from backwright.contexts.project_file import FILE_NAME
from backwright.errors import BackwrightError
from backwright.review.diagnostic import Severity
from backwright.review.engine import review
from backwright.review.facts import Facts
from backwright.review.options import Options, PathRule, Suppression
from backwright.review.profile import Profile
from backwright.review.project_facts import read_facts
from backwright.review.subject import Subject, subject_of
from backwright.review.watch import Stage, Watch, current
from backwright.snapshot import Snapshot

if TYPE_CHECKING:
    from backwright.contexts.conventions import Registered
    from backwright.contexts.project_file import ProjectDeclared
    from backwright.contexts.schemas.project_v3 import ProjectContextV3
    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.review.report import Report
    from backwright.settings import Settings
    from backwright.snapshot import Snapshots


class Served(Protocol):
    """What a review needs of the process that it runs in."""

    @property
    def settings(self) -> Settings:
        """How the process serves."""

    @property
    def snapshots(self) -> Snapshots:
        """What is served to anyone."""

    @property
    def snapshot(self) -> Snapshot:
        """What is served, as the project wants it."""

    def project(self) -> ProjectContextV3:
        """The project's conventions."""

    def registered(self, own: ProjectDeclared | None = None) -> Registered | None:
        """Those of the store that hold under them, or under what another `backwright.yaml` says."""


class Reviewing:
    """Reviews changes. It holds no state.

    Args:
        served: the process: its settings, its skills and its project.
    """

    def __init__(self, served: Served) -> None:
        self._served = served

    @property
    def _root(self) -> Path | None:
        return self._served.settings.root

    def review(self, context: ReviewContextV2) -> Report:
        """The review of a change; see `ReviewContextV2` for which.

        Raises:
            NotARepositoryError, RevisionNotFoundError, DiffSyntaxError, PathOutsideRootError, TooLargeError,
                InvalidInputError, ToolUnavailableError: the change cannot be read; the message says why.
            Cancelled: nobody wants the review any more.
            InvalidContextError: the project's `backwright.yaml` does not validate.
        """
        return self.reviewed(context)[1]

    def reviewed(self, context: ReviewContextV2) -> tuple[Subject, Report]:
        """The change that a context names, and its review.

        Raises:
            BackwrightError, Cancelled: as `review`.
        """
        with _watch(context).kept() as watch:
            watch.at(Stage.CHANGE)
            subject = subject_of(
                self._root,
                base=context.base,
                range_=context.range,
                diff_file=context.diff_file,
                diff=context.diff,
                staged=context.staged,
                worktree=context.worktree,
                files=context.files,
            )
            return subject, self.of_subject(subject, context)

    def of_subject(self, subject: Subject, context: ReviewContextV2, *, to_record: bool = False) -> Report:
        """The review of a change that has been read already; the context's own source is not looked at.

        Args:
            subject: the change.
            context: how to review it.
            to_record: whether a new baseline is made of it: each finding on its own, and none of them known.

        Raises:
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError, InvalidInputError: see `checklists_of`.
            InvalidContextError, InvalidBaselineError: the `backwright.yaml` that holds for this change does not
                validate, or the baseline that it names.
        """
        holds = agreed(subject, self._root, registered=self._served.registered, with_baseline=not to_record)
        checklists = checklists_of(self._snapshot(holds.project), holds.project, subject, context.skills)
        report = review(
            subject.diff,
            read_new=subject.read_new,
            read_old=subject.read_old,
            facts=self._facts(holds.project),
            checklist=checklists.entries,
            others=checklists.others,
            options=replace(_options(holds, context, subject), apart=to_record),
            watch=_watch(context),
        )
        return report.model_copy(update={"notes": (*report.notes, checklists.note(report))})

    def baseline_of(self, subject: Subject) -> str | None:
        """The path of the baseline that the project names for the review of a change.

        Raises:
            InvalidContextError: as `of_subject`.
        """
        holds = agreed(subject, self._root, registered=self._served.registered, with_baseline=False)
        return holds.project.review.baseline

    def _snapshot(self, project: ProjectContextV3) -> Snapshot:
        """What is served, as these conventions want it: a change chooses no skills that it is judged by."""
        try:
            if project == self._served.project():
                return self._served.snapshot
        except BackwrightError:
            # The change under review broke it, or names what the store has not; what held before is read already.
            pass
        current = self._served.snapshots.current
        return Snapshot(scoped(current.catalog, project.scope, FILE_NAME)) if project.scope else current

    def _facts(self, project: ProjectContextV3) -> Facts:
        """What the project's files say of it, and before them what its `backwright.yaml` says."""
        facts = Facts() if self._root is None else read_facts(self._root)
        if project.python is None:
            return facts
        major, _, minor = project.python.partition(".")
        return replace(facts, python=(int(major), int(minor)))


def _watch(context: ReviewContextV2) -> Watch:
    """The watch over the call that is being answered, which takes no longer than the caller wants to wait."""
    watch = current()
    if context.timeout is not None:
        watch.limit(context.timeout)
    return watch


def _options(holds: Agreed, context: ReviewContextV2, subject: Subject) -> Options:
    """How to review: what the caller asks for, within what the project has agreed to."""
    project = holds.project
    return Options(
        suppressions=tuple(Suppression(each.rule, each.reason, each.paths) for each in project.suppress),
        exclude=project.exclude,
        paths=context.paths,
        min_severity=Severity(context.min_severity),
        profile=None if context.profile is None else Profile(context.profile),
        project_profile=Profile(project.review.profile),
        project_severity=Severity(project.review.min_severity),
        path_rules=tuple(
            PathRule(
                paths=each.paths,
                reason=each.reason,
                profile=None if each.profile is None else Profile(each.profile),
                min_severity=None if each.min_severity is None else Severity(each.min_severity),
                ignore=each.ignore,
            )
            for each in project.review.paths
        ),
        baseline=holds.baseline,
        agreed=True,
        notes=holds.notes,
        whole=subject.whole,
        subject=subject.described,
    )
