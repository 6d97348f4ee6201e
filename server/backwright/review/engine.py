"""The review: a diff and ways to read its files in, a `Report` out. Pure given its readers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from backwright._discover import discover
from backwright.review.checklist import ChecklistEntry
from backwright.review.diagnostic import Basis, Diagnostic, Severity
from backwright.review.diff import Diff, FileDiff
from backwright.review.facts import Facts
from backwright.review.findings import anchored, enforcing, guarded_claims, ordered
from backwright.review.reading import Reader, Reading, read_diff
from backwright.review.report import Report, ReportBasis, Stats
from backwright.review.rule import Rule


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule that the project silences, why, and for which files (globs; empty for all)."""

    rule: str
    reason: str
    paths: tuple[str, ...] = ()


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
    """

    suppressions: tuple[Suppression, ...] = ()
    exclude: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    min_severity: Severity = Severity.INFO
    rules: tuple[Rule, ...] | None = None
    ruff: bool = True


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
    options: Options | None = None,
) -> Report:
    """Review a change.

    Args:
        diff: what `parse_diff` read.
        read_new: the bytes of a file after the change, or None; only `full` findings need it.
        read_old: the bytes of a file before the change, by its old path, or None.
        facts: what is known of the project.
        checklist: the sentences to answer to.
        options: how to review.
    """
    options, facts = options or Options(), facts or Facts()
    with warnings.catch_warnings():
        # Parsing warns of the reviewed code's invalid escapes; that is ruff's to report.
        warnings.simplefilter("ignore")
        reading = read_diff(diff, read_new=read_new, read_old=read_old)
    change = reading.change(diff.files)
    added = _added(diff.files)
    rules = all_rules() if options.rules is None else options.rules
    claims = [claim for rule in rules for claim in guarded_claims(rule, change, facts, reading.unchecked)]
    found: list[Diagnostic] = [one for claim in claims if (one := anchored(claim, added)) is not None]
    findings = tuple(enforcing(diagnostic, checklist) for diagnostic in ordered(found))
    return Report(
        basis=_basis(reading),
        findings=tuple(one for one in findings if one.severity.rank <= options.min_severity.rank),
        unchecked=tuple(reading.unchecked),
        stats=_stats(diff.files, added, reading),
    )


def _added(files: Iterable[FileDiff]) -> Mapping[str, frozenset[int]]:
    added: dict[str, frozenset[int]] = {}
    for file in files:
        added[file.path] = added.get(file.path, frozenset()) | file.added
    return added


def _basis(reading: Reading) -> ReportBasis:
    bases = {source.basis for pieces in reading.pieces.values() for piece in pieces for source in piece.sources}
    if len(bases) > 1:
        return "mixed"
    if not bases:
        return "none"
    return "full" if bases == {Basis.FULL} else "fragment"


def _stats(files: tuple[FileDiff, ...], added: Mapping[str, frozenset[int]], reading: Reading) -> Stats:
    python = {path: lines for path, lines in added.items() if path.endswith(".py")}
    missed = {
        (entry.path, line)
        for entry in reading.unchecked
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
