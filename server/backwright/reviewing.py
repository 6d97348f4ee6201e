"""The review as this process gives it: a change, the project's conventions and the served checklists to one report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from backwright.catalog.choice import choose, parse_pins
from backwright.contexts.schemas.project_v2 import ProjectContextV2
from backwright.review.checklist import ChecklistEntry, JudgementQuestion
from backwright.review.diagnostic import Severity
from backwright.review.engine import review
from backwright.review.facts import Facts
from backwright.review.options import Options, Suppression, changes_project_file
from backwright.review.project_facts import read_facts
from backwright.review.subject import Subject, subject_of
from backwright.review.watch import Stage, Watch, current

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill
    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.review.report import Report
    from backwright.settings import Settings
    from backwright.snapshot import Snapshot, Snapshots


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

    @property
    def catalog(self) -> Catalog:
        """The catalog of the snapshot."""

    def project(self) -> ProjectContextV2:
        """The project's conventions."""


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
        with _watch(context).kept() as watch:
            watch.at(Stage.CHANGE)
            subject = subject_of(
                self._root,
                base=context.base,
                range_=context.range,
                diff_file=context.diff_file,
                diff=context.diff,
            )
            return self.of_subject(subject, context)

    def of_subject(self, subject: Subject, context: ReviewContextV2) -> Report:
        """The review of a change that has been read already; the context's own source is not looked at.

        Raises:
            InvalidContextError: the project's `backwright.yaml` does not validate.
        """
        project = self._served.project()
        # A change chooses neither the skills, nor their versions, whose checklists it is judged by.
        unagreed = changes_project_file(subject.diff.files)
        agreed = ProjectContextV2() if unagreed else project
        shown = (self._served.snapshots.current if unagreed else self._served.snapshot).shown
        return review(
            subject.diff,
            read_new=subject.read_new,
            read_old=subject.read_old,
            facts=self._facts(project),
            checklist=tuple(self._checklist(agreed, shown)),
            options=_options(project, context, subject.described),
            watch=_watch(context),
        )

    def _facts(self, project: ProjectContextV2) -> Facts:
        """What the project's files say of it, and before them what its `backwright.yaml` says."""
        facts = Facts() if self._root is None else read_facts(self._root)
        if project.python is None:
            return facts
        major, _, minor = project.python.partition(".")
        return replace(facts, python=(int(major), int(minor)))

    def _checklist(self, project: ProjectContextV2, heads: tuple[Skill, ...]) -> Iterator[ChecklistEntry]:
        """The checklists of the skills that the project chooses, at the versions that it pins."""
        pins, chosen, catalog = parse_pins(project.skills), project.checklists, self._served.catalog
        for skill in (choose(catalog, head.name, pins).skill if head.name in pins else head for head in heads):
            for item in skill.checklist if not chosen or skill.name in chosen else ():
                question = None if item.question is None else JudgementQuestion(**item.question.model_dump())
                yield ChecklistEntry(
                    skill=skill.name,
                    version=skill.version,
                    id=item.id,
                    text=item.text,
                    rules=item.rules,
                    evidence=item.evidence,
                    question=question,
                )


def _watch(context: ReviewContextV2) -> Watch:
    """The watch over the call that is being answered, which takes no longer than the caller wants to wait."""
    watch = current()
    if context.timeout is not None:
        watch.limit(context.timeout)
    return watch


def _options(project: ProjectContextV2, context: ReviewContextV2, described: str) -> Options:
    """How to review: what the caller asks for, within what the project has agreed to."""
    return Options(
        suppressions=tuple(Suppression(each.rule, each.reason, each.paths) for each in project.suppress),
        exclude=project.exclude,
        paths=context.paths,
        min_severity=Severity(context.min_severity),
        subject=described,
    )
