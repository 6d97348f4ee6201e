"""From what rules claim to diagnostics: tied to an added line, without duplicates, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backwright.review.change import Change
from backwright.review.checklist import ChecklistEntry
from backwright.review.debt import Sighting
from backwright.review.diagnostic import Basis, Diagnostic, ItemRef, Location, Suggestion
from backwright.review.facts import Facts
from backwright.review.hostile import masked
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source
from backwright.review.watch import Watch

DETECTOR = "backwright"

# What two rules say of the same line in other words; the more special one stays.
SAME_MEANING: Mapping[str, frozenset[str]] = {
    "BW101": frozenset({"ASYNC210", "ASYNC212", "S113"}),
    "BW601": frozenset({"S113"}),
    "BW701": frozenset({"DTZ003", "DTZ005"}),
    "BW104": frozenset({"BLE001", "S110"}),
    "BW607": frozenset({"BLE001", "S110", "S112"}),
    "B017": frozenset({"PT011"}),
    "S110": frozenset({"BLE001"}),
    "S112": frozenset({"BLE001"}),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding with the rule and the place that it came from."""

    rule: Rule
    path: str
    finding: Finding
    basis: Basis


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one rule said of a change.

    Args:
        claims: what it claims.
        failure: why it claims nothing, where it failed.
        cut_off: whether time was up before it had seen all.
    """

    claims: list[Claim]
    failure: str | None = None
    cut_off: bool = False


def guarded_claims(rule: Rule, change: Change, facts: Facts, watch: Watch) -> Claimed:
    """Everything that one rule claims of a change; one that fails is named and costs nobody else's findings.

    Raises:
        Cancelled: nobody wants the review any more.
    """
    claims: list[Claim] = []
    try:
        if rule.check_source is not None:
            for path, sources in change.sources.items():
                if watch.over:
                    return Claimed(claims, cut_off=True)
                for source in sources:
                    found = rule.check_source(source, facts)
                    claims.extend(Claim(rule, finding.path or path, finding, source.basis) for finding in found)
        elif rule.check_change is not None:
            if watch.over:
                return Claimed(claims, cut_off=True)
            claims.extend(
                Claim(rule, finding.path, finding, _basis_of(change, finding.path))
                for finding in rule.check_change(change, facts)
                if finding.path is not None
            )
    except Exception as error:  # noqa: BLE001  hostile code may break any one rule; the others must still answer
        return Claimed([], f"{rule.code} failed on this change ({type(error).__name__}); please report it")
    return Claimed(claims)


def old_claims(rule: Rule, path: str, sources: Iterable[Source], facts: Facts) -> list[Claim]:
    """What a rule claims of a file before the change; nothing where it fails there, or speaks of changes alone."""
    check = rule.check_source
    if check is None:
        return []
    try:
        return [Claim(rule, path, finding, source.basis) for source in sources for finding in check(source, facts)]
    except Exception:  # noqa: BLE001  the old file may break a rule; its findings then all count as new
        return []


def _basis_of(change: Change, path: str) -> Basis:
    sources = change.sources.get(path, ())
    return Basis.FULL if sources and all(source.basis is Basis.FULL for source in sources) else Basis.FRAGMENT


def anchored(claim: Claim, added: Mapping[str, frozenset[int]]) -> Diagnostic | None:
    """The claim as a diagnostic on the first of its lines that the diff adds, or None where it adds none of them."""
    finding, rule = claim.finding, claim.rule
    lines = added.get(claim.path, frozenset())
    line = next((number for number in finding.lines if number in lines), None)
    if line is None:
        return None
    suggestion = None
    # A replacement that shows a secret would carry it into every report.
    if (
        finding.replacement is not None
        and line == finding.lines[0]
        and masked(finding.replacement) == finding.replacement
    ):
        suggestion = Suggestion(line=line, end_line=line, replacement=finding.replacement)
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        kind=finding.kind or rule.kind,
        message=masked(finding.message),
        severity=finding.severity or rule.severity,
        location=Location(path=claim.path, line=line),
        basis=claim.basis,
        confidence=finding.confidence or rule.confidence,
        detector=DETECTOR,
        suggestion=suggestion,
    )


def sighted(claim: Claim, added: Mapping[str, frozenset[int]]) -> Sighting:
    """The claim, with its diagnostic where the diff adds one of its lines."""
    finding = claim.finding
    diagnostic = anchored(claim, added) if added else None
    return Sighting(claim.path, claim.rule.code, finding.message, finding.lines, diagnostic, claim.rule.literal)


def distinct(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics without repetitions: of what says the same about the same line, the most special one."""
    unique = {(d.location.path, d.location.line, d.code, d.message): d for d in diagnostics}
    covered = {
        (d.location.path, d.location.line, other) for d in unique.values() for other in SAME_MEANING.get(d.code, ())
    }
    return [d for d in unique.values() if (d.location.path, d.location.line, d.code) not in covered]


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is distinct, by file, line, severity and code."""
    return tuple(
        sorted(
            distinct(diagnostics),
            key=lambda d: (d.location.path, d.location.line, d.severity.rank, d.code, d.location.column),
        )
    )


def aggregated(diagnostics: Iterable[Diagnostic], is_one: Callable[[Diagnostic], bool]) -> list[Diagnostic]:
    """The diagnostics, where what repeats itself is one entry for a file and code, at the first of its lines.

    Args:
        diagnostics: what was found.
        is_one: whether all findings with the code of this one are one entry in its file.
    """
    kept: list[Diagnostic] = []
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if is_one(diagnostic):
            groups.setdefault((diagnostic.location.path, diagnostic.code), []).append(diagnostic)
        else:
            kept.append(diagnostic)
    return kept + [_one(group) for group in groups.values()]


def _one(group: list[Diagnostic]) -> Diagnostic:
    # The worst first: an entry must not look milder than what it stands for.
    first = min(group, key=lambda one: (one.severity.rank, one.location.line, one.location.column))
    others = sorted({diagnostic.location.line for diagnostic in group} - {first.location.line})
    if len(group) == 1:
        return first
    message = f"{first.message} ({len(group)} times on the added lines of this file)"
    return first.model_copy(update={"message": message, "others": tuple(others)})


def enforcing(diagnostic: Diagnostic, entries: Sequence[ChecklistEntry]) -> Diagnostic:
    """The diagnostic with the first checklist sentence that names its code."""
    for entry in entries:
        if diagnostic.code in entry.rules:
            item = ItemRef(skill=entry.skill, version=entry.version, item=entry.id, text=entry.text)
            return diagnostic.model_copy(update={"enforces": item})
    return diagnostic
