"""What is said of all that was found: what is silenced and by whom, what was known, and what the profile leaves out.

Nothing goes in silence: what is silenced stands in the report with its reason, all else is counted in a note, and the
checklist is told of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from backwright.review.debt import Sighting
from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import FileDiff
from backwright.review.findings import aggregated, ordered
from backwright.review.fingerprints import Fingerprints
from backwright.review.fragment import Piece
from backwright.review.ignores import Ignore, problems, read_ignores
from backwright.review.options import PROJECT_FILE, Options, PathRule
from backwright.review.paths import is_test
from backwright.review.profile import PRINCIPLES, Principle, Profile, principle_of
from backwright.review.report import Suppressed
from backwright.review.ruff_codes import CODES
from backwright.review.rule import Rule

MAX_NOTES: Final = 10
"""Notes about comments; more of one kind say nothing new."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finding that holds and is not reported, and why in a few words."""

    finding: Diagnostic
    reason: str


@dataclass(slots=True)
class Restrained:
    """What is said of the findings.

    Args:
        findings: what is reported, by file and line.
        withheld: below the profile or the floor of severity.
        known: in the baseline.
        suppressed: what somebody silenced.
        notes: what a reader must know of all that.
    """

    findings: list[Diagnostic] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    known: list[Diagnostic] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the detectors had before them.

    Args:
        files: the files of the diff.
        pieces: what was parsed, by path.
        sightings: everything that they saw after the change, on whatever lines.
        ran: the codes whose detectors ran to their end.
        rules: the rules of ours that were run.
    """

    files: Sequence[FileDiff]
    pieces: Mapping[str, Sequence[Piece]]
    sightings: Sequence[Sighting]
    ran: frozenset[str]
    rules: Sequence[Rule]


def restrained(found: Iterable[Diagnostic], seen: Seen, options: Options) -> Restrained:
    """Decide what is reported of what was found."""
    said = Restrained()
    sources = {path: [source for piece in parts for source in piece.sources] for path, parts in seen.pieces.items()}
    prints = Fingerprints(seen.files, sources, seen.sightings)
    ignores = read_ignores(seen.pieces, () if options.whole else seen.files)
    used: set[Ignore] = set()
    left = list(_unsilenced(prints.marked(ordered(found)), ignores, options, said.suppressed, used))
    if options.baseline is not None:
        said.known = [one for one in left if options.baseline.holds(one)]
        left = [one for one in left if not options.baseline.holds(one)]
    if not options.apart:
        is_one = _is_one(seen.rules)
        left = [prints.entry(one) if is_one(one) else one for one in aggregated(left, is_one)]
    reasons: dict[_Cause, list[Principle]] = {}
    for finding in ordered(left):
        cause = _cause(finding, options)
        if cause is None:
            said.findings.append(finding)
        else:
            said.withheld.append(Withheld(finding, cause.short))
            reasons.setdefault(cause, []).append(principle_of(finding))
    said.notes = [cause.note(principles) for cause, principles in reasons.items()]
    if said.known and options.baseline is not None:
        said.notes.append(f"{_counted(len(said.known))} in the baseline {options.baseline.name}, so not reported")
    said.notes += _on_ignores(ignores, used, seen, said)
    said.notes += _on_settings(options, seen)
    return said


def _unsilenced(
    findings: Iterable[Diagnostic],
    ignores: Sequence[Ignore],
    options: Options,
    suppressed: list[Suppressed],
    used: set[Ignore],
) -> Iterator[Diagnostic]:
    """The findings that nobody silences; the others go to `suppressed`."""
    by_place: dict[tuple[str, int], list[Ignore]] = {}
    for ignore in ignores:
        by_place.setdefault((ignore.path, ignore.target), []).append(ignore)
    for one in findings:
        place = one.location
        comment = next((each for each in by_place.get((place.path, place.line), ()) if each.covers(one)), None)
        project = next((each for each in options.suppressions if each.covers(one)), None)
        rule = options.rule_for(place.path)
        if comment is not None:
            used.add(comment)
            suppressed.append(_suppressed(one, comment.reason, "comment", added=comment.added))
        elif project is not None:
            suppressed.append(_suppressed(one, project.reason, "project"))
        elif rule is not None and one.code in rule.ignore:
            suppressed.append(_suppressed(one, rule.reason, "path rule"))
        else:
            yield one


def _suppressed(
    one: Diagnostic, reason: str, by: Literal["project", "path rule", "comment"], *, added: bool = False
) -> Suppressed:
    return Suppressed(
        code=one.code,
        path=one.location.path,
        line=one.location.line,
        reason=reason,
        by=by,
        added=added,
        message=one.message,
        severity=one.severity,
        fingerprint=one.fingerprint,
    )


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why findings are left out: below a profile or below a floor, for all files or by a rule for some."""

    profile: Profile | None = None
    floor: Severity | None = None
    asked: bool = False
    rule: PathRule | None = None

    @property
    def short(self) -> str:
        """As it stands behind the place of a finding."""
        return f"below profile {self.profile}" if self.profile is not None else f"below severity {self.floor}"

    def note(self, principles: Sequence[Principle]) -> str:
        """The sentence that says how many and what shows them."""
        where = "" if self.rule is None else f" for {', '.join(self.rule.paths[:3])} ({self.rule.reason})"
        if self.profile is None:
            who = "as was asked" if self.asked else f"as {PROJECT_FILE} says"
            return f"{_counted(len(principles))} below severity {self.floor} left out{where}, {who}"
        kinds = [(each, sum(one is each for one in principles)) for each in PRINCIPLES]
        counts = ", ".join(f"{number} {each.what[number > 1]}" for each, number in kinds if number)
        least = max((each.least for each in principles), key=lambda profile: profile.rank)
        return f"{counts} left out by profile {self.profile}{where}; --profile {least} shows them"


def _cause(finding: Diagnostic, options: Options) -> _Cause | None:
    """Why this finding is not reported, or None where it is."""
    rule = options.rule_for(finding.location.path)
    if rule is not None and rule.min_severity is not None:
        project, by_rule = rule.min_severity, rule
    else:
        project, by_rule = options.project_severity, None
    if finding.severity.rank > project.rank:
        return _Cause(floor=project, rule=by_rule)
    if finding.severity.rank > options.min_severity.rank:
        return _Cause(floor=options.min_severity, asked=True)
    profile, by_rule = options.project_profile, None
    if options.profile is not None:
        profile = options.profile
    elif rule is not None and rule.profile is not None:
        profile, by_rule = rule.profile, rule
    return _Cause(profile, rule=by_rule) if principle_of(finding).least.rank > profile.rank else None


def _is_one(rules: Iterable[Rule]) -> Callable[[Diagnostic], bool]:
    """Whether findings like this one are one entry for a file."""
    how = {rule.code: rule.aggregate for rule in rules}

    def is_one(diagnostic: Diagnostic) -> bool:
        if diagnostic.code in CODES:
            return CODES[diagnostic.code].aggregate
        own = how.get(diagnostic.code)
        return own == "always" or (own == "in tests" and is_test(diagnostic.location.path))

    return is_one


def _on_ignores(ignores: Sequence[Ignore], used: set[Ignore], seen: Seen, said: Restrained) -> list[str]:
    new = [
        f"{one.path}:{one.line}: this change adds the comment that silences {', '.join(one.codes)}: {one.reason}"
        for one in ignores
        if one.added and one in used
    ]
    wrong = list(problems(ignores, known=_known(seen), ran=seen.ran, findings=said.findings, seen=seen.sightings))
    return [*_first(new, "added by this change"), *_first(wrong, "with something wrong")]


def _on_settings(options: Options, seen: Seen) -> list[str]:
    """What the project silences that there is not."""
    named = [one.rule for one in options.suppressions] + [code for rule in options.path_rules for code in rule.ignore]
    unknown = sorted(set(named) - _known(seen))
    return [f"{PROJECT_FILE} silences {', '.join(unknown[:MAX_NOTES])}, which no rule is called"] if unknown else []


def _known(seen: Seen) -> frozenset[str]:
    """Every code that there is."""
    from backwright.review.engine import all_rules

    return frozenset(CODES) | {rule.code for rule in (*all_rules(), *seen.rules)}


def _first(notes: list[str], what: str) -> list[str]:
    left = len(notes) - MAX_NOTES
    more = [f"{left} more {'comment' if left == 1 else 'comments'} {what}"] if left > 0 else []
    return notes[:MAX_NOTES] + more


def _counted(number: int) -> str:
    return f"{number} {'finding' if number == 1 else 'findings'}"
