"""The state of the checklist after a review: what its rules found, and what the change as a whole shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backwright.review.change import Change
from backwright.review.checklist import ChecklistEntry, ItemStatus, Status
from backwright.review.diagnostic import Diagnostic
from backwright.review.evidence import EVIDENCE
from backwright.review.report import Stats
from backwright.review.restraint import Restrained, Withheld

MAX_PLACES = 3
MAX_CODES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review did, as far as the checklist asks.

    Args:
        said: everything found, reported or not.
        ran: the codes whose detectors ran to their end.
        stats: how much was read.
    """

    said: Restrained
    ran: frozenset[str]
    stats: Stats


def statuses(entries: Iterable[ChecklistEntry], change: Change, outcome: Outcome) -> tuple[ItemStatus, ...]:
    """The status of every entry that rules or facts decide; questions are a channel of their own."""
    return tuple(_status(entry, change, outcome) for entry in entries if entry.question is None)


def _status(entry: ChecklistEntry, change: Change, outcome: Outcome) -> ItemStatus:
    if entry.rules:
        status, detail = _by_rules(entry, outcome)
    elif entry.evidence is not None and entry.evidence in EVIDENCE:
        status, detail = EVIDENCE[entry.evidence](change)
        unread = outcome.stats.added_python - outcome.stats.reviewed
        if status is Status.NOT_APPLICABLE and unread:
            status, detail = Status.NOT_EVALUATED, f"{detail} in what was read; {unread} added lines were not"
    else:
        status, detail = Status.NOT_EVALUATED, f"nothing here decides {entry.evidence!r}"
    return ItemStatus(
        skill=entry.skill, version=entry.version, item=entry.id, text=entry.text, status=status, detail=detail
    )


def _by_rules(entry: ChecklistEntry, outcome: Outcome) -> tuple[Status, str]:
    found = [one for one in outcome.said.findings if one.code in entry.rules]
    withheld = [one for one in outcome.said.withheld if one.finding.code in entry.rules]
    if found or withheld:
        return Status.VIOLATED, _places(found, withheld)
    accepted = _accepted(entry, outcome.said)
    if accepted is not None:
        return Status.NOT_EVALUATED, accepted
    if outcome.stats.added_python == 0:
        return Status.NOT_APPLICABLE, "no Python is added"
    missing = [code for code in entry.rules if code not in outcome.ran]
    if len(missing) == len(entry.rules):
        return Status.NOT_EVALUATED, f"no detector ran for {', '.join(missing)}"
    unread = outcome.stats.added_python - outcome.stats.reviewed
    if outcome.stats.reviewed == 0:
        return Status.NOT_EVALUATED, f"none of the {unread} added Python lines could be read"
    ran = [code for code in entry.rules if code in outcome.ran]
    more = f" and {len(ran) - MAX_CODES} more" if len(ran) > MAX_CODES else ""
    notes = [f"{', '.join(ran[:MAX_CODES])}{more} found nothing", f"{outcome.stats.reviewed} added lines read"]
    notes += [f"{unread} not read"] if unread else []
    notes += [f"{', '.join(missing)} not run"] if missing else []
    return Status.NO_VIOLATION, ", ".join(notes)


def _accepted(entry: ChecklistEntry, said: Restrained) -> str | None:
    """What somebody has agreed to live with."""
    silenced = [one for one in said.suppressed if one.code in entry.rules]
    if silenced:
        return f"{silenced[0].code} is suppressed: {silenced[0].reason}"
    known = [one for one in said.known if one.code in entry.rules]
    return f"in the baseline: {_places(known)}" if known else None


def _places(found: Sequence[Diagnostic], withheld: Sequence[Withheld] = ()) -> str:
    places = [_place(one) for one in found] + [f"{_place(one.finding)} ({one.reason})" for one in withheld]
    more = [f"{len(places) - MAX_PLACES} more"] if len(places) > MAX_PLACES else []
    return ", ".join(places[:MAX_PLACES] + more)


def _place(one: Diagnostic) -> str:
    return f"{one.code} {one.location.path}:{one.location.line}"
