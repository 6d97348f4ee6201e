"""What the detectors say of a change: our rules in this process, ruff in its own beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backwright._work import part
from backwright.review import ruff
from backwright.review.change import Change
from backwright.review.debt import Sighting, old_debt
from backwright.review.diagnostic import Diagnostic
from backwright.review.facts import Facts
from backwright.review.findings import distinct, guarded_claims, old_claims, sighted
from backwright.review.old_side import OldSide
from backwright.review.reading import Reading
from backwright.review.report import Unchecked
from backwright.review.ruff_codes import CODES
from backwright.review.rule import Rule
from backwright.review.watch import Stage, Watch

_NOT_COMPARED = "what the files gave before the change was not looked at, so a finding may be older than the change: {}"


FEW: Final = 20
"""Files of which ruff reads both sides at once; of more, the old side only where the new one has a finding."""


@dataclass(slots=True)
class Detected:
    """What the detectors said: findings on added lines, what they did not do, and the codes that ran to their end.

    `seen` is everything after the change, on whatever lines.
    """

    found: list[Diagnostic] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    ran: frozenset[str] = frozenset()
    touched: int = 0
    seen: list[Sighting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Detectors:
    """What is run over a change.

    Args:
        rules: ours.
        with_ruff: whether ruff is run as well.
        facts: what is known of the project.
        watch: how long it may take.
    """

    rules: Sequence[Rule]
    with_ruff: bool
    facts: Facts
    watch: Watch

    def detect(self, reading: Reading, change: Change, added: Mapping[str, frozenset[int]], old: OldSide) -> Detected:
        """Run them all over a change, of which `added` has the lines, and over what it replaces."""
        detected = Detected()
        new = detected.seen
        at_once = self.with_ruff and len(old.paths()) <= FEW
        before = old.to_lint(old.paths()) if at_once else {}
        # Ruff works in its own process while our rules run in this one.
        with ruff.started(reading.pieces if self.with_ruff else {}, self.facts, before, self.watch) as running:
            with part("review.rules"):
                self._run_rules(detected, change, added, new)
            with part("review.before"):
                said_before = self._before(new, old, detected)
            self.watch.at(Stage.RUFF)
            with part("review.ruff"):
                said = running.collect(added)
        new += said.new
        detected.unchecked.extend(said.unchecked)
        said_before += said.old if at_once else self._ruff_before(said.new, old, detected)
        _settle(detected, change, new, said_before, old)
        if self.with_ruff and running.problem is None:
            full = any(piece.is_full for pieces in reading.pieces.values() for piece in pieces)
            detected.ran |= {code for code, rule in CODES.items() if full or rule.in_fragments}
        return detected

    def _run_rules(
        self, detected: Detected, change: Change, added: Mapping[str, frozenset[int]], new: list[Sighting]
    ) -> None:
        unfinished: list[str] = []
        for number, rule in enumerate(self.rules):
            self.watch.at(Stage.RULES, number, len(self.rules))
            with part("review.rule", rule=rule.code) as this:
                claimed = guarded_claims(rule, change, self.facts, self.watch)
                this.note(claims=len(claimed.claims))
            new.extend(sighted(claim, added) for claim in claimed.claims)
            if claimed.failure is not None:
                detected.unchecked.append(Unchecked(path=None, reason=claimed.failure))
            elif claimed.cut_off:
                unfinished.append(rule.code)
            else:
                detected.ran |= {rule.code}
        if unfinished:
            named = f"{', '.join(unfinished)} did not look at the whole change: {self.watch.reason}"
            detected.unchecked.append(Unchecked(path=None, reason=named))

    def _ruff_before(self, new: Iterable[Sighting], old: OldSide, detected: Detected) -> list[Sighting]:
        """What ruff says of the files before the change, where it has a finding of the change to tell from them."""
        paths = sorted({sighting.path for sighting in new if sighting.diagnostic is not None})
        with ruff.started({}, self.facts, old.to_lint(paths), self.watch) as running:
            said = running.collect({})
        if running.problem is not None:
            detected.unchecked.append(Unchecked(path=None, reason=_NOT_COMPARED.format(running.problem)))
        return said.old

    def _before(self, new: Iterable[Sighting], old: OldSide, detected: Detected) -> list[Sighting]:
        """What the rules that found something say of the same files before the change."""
        rules = {rule.code: rule for rule in self.rules}
        asked = sorted({(sighting.code, sighting.path) for sighting in new if sighting.diagnostic is not None})
        said: list[Sighting] = []
        for code, path in asked:
            if self.watch.over:
                detected.unchecked.append(Unchecked(path=None, reason=_NOT_COMPARED.format(self.watch.reason)))
                break
            said += [sighted(claim, {}) for claim in old_claims(rules[code], path, old.sources(path), self.facts)]
        return said


def _settle(
    detected: Detected, change: Change, new: Sequence[Sighting], before: Sequence[Sighting], old: OldSide
) -> None:
    """Take out of all that was seen what is no finding of this change: repetitions and old debt."""

    def rows(path: str) -> Mapping[int, str]:
        texts: dict[int, str] = {}
        for source in change.sources.get(path, ()):
            texts.update(source.lines)
        return texts

    # By identity: equal diagnostics of two sightings are two findings until `distinct` has looked at them.
    debt = {id(one) for one in old_debt(change.files, new, before, rows, old.rows)}
    reported = distinct(sighting.diagnostic for sighting in new if sighting.diagnostic is not None)
    detected.found = [one for one in reported if id(one) not in debt]
    detected.touched = len(reported) - len(detected.found)
