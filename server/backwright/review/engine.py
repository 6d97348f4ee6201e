"""The review: a diff and ways to read its files in, a `Report` out. Pure given its readers."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, partial

from backwright._discover import discover
from backwright._work import part, tell, watched
from backwright.review.change import Change
from backwright.review.checklist import ChecklistEntry, ItemStatus, Others, Status, answered
from backwright.review.detect import Detected, Detectors
from backwright.review.diagnostic import Basis
from backwright.review.diff import Diff, FileDiff
from backwright.review.facts import Facts
from backwright.review.findings import enforcing
from backwright.review.globs import matches
from backwright.review.old_side import OldSide
from backwright.review.options import PROJECT_FILE, Options, Suppression, changes_project_file
from backwright.review.project_facts import before_change
from backwright.review.questions import questions_for
from backwright.review.reading import Reader, Reading, read_diff
from backwright.review.report import OpenQuestion, Report, ReportBasis, Stats, Unchecked
from backwright.review.restraint import Restrained, Seen, restrained
from backwright.review.rule import Rule
from backwright.review.statuses import Outcome, statuses
from backwright.review.watch import Stage, Watch

__all__ = ["Options", "Suppression", "all_rules", "nothing", "review"]

_NOT_RUN = "no type checker, no test and no measurement of coverage was run"
_STOPPED = "{}: what was found by then follows; what was not looked at is named, and its checklist items are open"
_TOUCHED = "findings on lines that the change only touched, which the files gave before, so not reported: {}"
_NOT_HONOURED = f"{PROJECT_FILE} is part of this change, so its settings of reviews were not honoured"


def nothing(_path: str) -> bytes | None:
    """The reader of a place where no files are."""
    return None


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of ours, by code."""
    from backwright.review import rules

    return discover(rules, "RULE", Rule, key=lambda rule: rule.code)


def review(
    diff: Diff,
    *,
    read_new: Reader = nothing,
    read_old: Reader = nothing,
    facts: Facts | None = None,
    checklist: tuple[ChecklistEntry, ...] = (),
    others: Others | None = None,
    options: Options | None = None,
    watch: Watch | None = None,
) -> Report:
    """Review a change.

    Args:
        diff: what `parse_diff` read.
        read_new: the bytes of a file after the change, or None; only `full` findings need it.
        read_old: the bytes of a file before the change, by its old path, or None.
        facts: what is known of the project.
        checklist: the sentences to answer to.
        others: the sentences of skills that were not chosen.
        options: how to review.
        watch: how long it may take, and who hears how far it is.

    Raises:
        Cancelled: the watch was told that nobody wants the review any more.
    """
    with part("review", files=len(diff.files)) as this:
        report = _review(diff, read_new, read_old, facts, (checklist, others), options or Options(), watch or Watch())
        this.note(findings=len(report.findings), python_files=report.stats.python_files)
    if watched():
        for rule, times in Counter(one.code for one in report.findings).items():
            tell("review.findings", rule=rule, times=times)
    return report


def _review(
    diff: Diff,
    read_new: Reader,
    read_old: Reader,
    facts: Facts | None,
    checklists: tuple[tuple[ChecklistEntry, ...], Others | None],
    options: Options,
    watch: Watch,
) -> Report:
    checklist, others = checklists
    notes = [_NOT_RUN, *diff.notes, *options.notes]
    options = _honoured(options, diff.files, notes)
    kept, left_out = _in_scope(diff.files, options, notes)
    read = partial(read_diff, replace(diff, files=kept), read_new=read_new, read_old=read_old, watch=watch)
    detectors = _detectors(options, facts or Facts(), diff.files, watch)
    reading, change, detected = _looked_at(diff, kept, read, detectors)
    notes += _told(detected, watch)
    said = restrained(detected.found, Seen(kept, reading.pieces, detected.seen, detected.ran, detectors.rules), options)
    unchecked = (*reading.unchecked, *left_out, *detected.unchecked)
    stats = _stats(kept, unchecked).model_copy(update=_counts(detected, said, options))
    checklist, cited = answered(checklist, others, {one.code for one in detected.found})
    asked, unasked = _questions(checklist, kept, options)
    return Report(
        subject=options.subject,
        basis=_basis(reading),
        findings=tuple(enforcing(one, cited) for one in said.findings),
        checklist=(*statuses(checklist, change, Outcome(said, detected.ran, stats)), *unasked),
        questions=asked,
        unchecked=unchecked,
        suppressed=tuple(said.suppressed),
        notes=(*notes, *said.notes),
        stats=stats,
    )


def _detectors(options: Options, facts: Facts, files: tuple[FileDiff, ...], watch: Watch) -> Detectors:
    """What is run, knowing what the project depended on before the change as well."""
    known = before_change(facts, files)
    return Detectors(_rules(options), with_ruff=options.ruff, facts=known, watch=watch)


def _honoured(options: Options, files: tuple[FileDiff, ...], notes: list[str]) -> Options:
    """The options without what the change itself would silence."""
    plain = options.without_project()
    if options.agreed or plain == options or not changes_project_file(files):
        return options
    notes.append(_NOT_HONOURED)
    return plain


def _rules(options: Options) -> tuple[Rule, ...]:
    return all_rules() if options.rules is None else options.rules


def _told(detected: Detected, watch: Watch) -> list[str]:
    """What a reader must know of how the detectors ran."""
    stopped = [_STOPPED.format(watch.reason)] if watch.over else []
    watch.at(Stage.REPORT)
    return ([_TOUCHED.format(detected.touched)] if detected.touched else []) + stopped


def _looked_at(
    diff: Diff, kept: tuple[FileDiff, ...], read: Callable[[], Reading], detectors: Detectors
) -> tuple[Reading, Change, Detected]:
    """What can be read of a change, and what the detectors say of it."""
    with warnings.catch_warnings(), detectors.watch.kept():
        # Parsing warns of the reviewed code's invalid escapes; that is ruff's to report.
        warnings.simplefilter("ignore")
        with part("review.read"):
            reading = read()
        old = OldSide(kept, reading.old_texts)
        change = replace(reading.change(diff.files), before=old.sources)
        return reading, change, detectors.detect(reading, change, _added(kept), old)


def _in_scope(
    files: tuple[FileDiff, ...], options: Options, notes: list[str]
) -> tuple[tuple[FileDiff, ...], list[Unchecked]]:
    """The files to review, and those that the project keeps out."""
    asked = tuple(file for file in files if not options.paths or matches(file.path, options.paths))
    if len(asked) < len(files):
        notes.append(f"{len(asked)} of {len(files)} files match the paths that were asked for")
    out = [file for file in asked if matches(file.path, options.exclude)]
    reason = f"excluded by {PROJECT_FILE}"
    left_out = [Unchecked(path=file.path, lines=tuple(sorted(file.added)), reason=reason) for file in out]
    return tuple(file for file in asked if file not in out), left_out


def _questions(
    checklist: tuple[ChecklistEntry, ...], files: tuple[FileDiff, ...], options: Options
) -> tuple[tuple[OpenQuestion, ...], tuple[ItemStatus, ...]]:
    """The questions to ask, and the states of those that are not asked."""
    raised = questions_for(checklist, files)
    asked = raised[: options.max_questions]
    keys = {(question.skill, question.item) for question in asked}
    applies = {(question.skill, question.item) for question in raised}
    unasked = [entry for entry in checklist if entry.question is not None and (entry.skill, entry.id) not in keys]
    return asked, tuple(
        ItemStatus(
            skill=entry.skill,
            version=entry.version,
            item=entry.id,
            text=entry.text,
            status=Status.NOT_EVALUATED if (entry.skill, entry.id) in applies else Status.NOT_APPLICABLE,
            detail="a question for a reader" if (entry.skill, entry.id) in applies else "the change gives no cause",
        )
        for entry in unasked
    )


def _added(files: Iterable[FileDiff]) -> Mapping[str, frozenset[int]]:
    added: dict[str, frozenset[int]] = {}
    for file in files:
        added[file.path] = added.get(file.path, frozenset()) | file.added
    return added


def _counts(detected: Detected, said: Restrained, options: Options) -> dict[str, int | None]:
    """How many findings hold and are not reported."""
    known = None if options.baseline is None else len(said.known)
    return {"touched": detected.touched, "left_out": len(said.withheld), "known": known}


def _basis(reading: Reading) -> ReportBasis:
    bases = {source.basis for pieces in reading.pieces.values() for piece in pieces for source in piece.sources}
    if len(bases) > 1:
        return "mixed"
    if not bases:
        return "none"
    return "full" if bases == {Basis.FULL} else "fragment"


def _stats(files: tuple[FileDiff, ...], unchecked: Iterable[Unchecked]) -> Stats:
    added = _added(files)
    python = {path: lines for path, lines in added.items() if path.endswith(".py")}
    missed = {
        (entry.path, line)
        for entry in unchecked
        if not entry.of_diff
        for line in entry.lines
        if line in python.get(entry.path or "", ())
    }
    in_python = sum(len(lines) for lines in python.values())
    return Stats(
        files=len({file.path for file in files}),
        python_files=len(python),
        added=sum(len(lines) for lines in added.values()),
        added_python=in_python,
        reviewed=in_python - len(missed),
    )
