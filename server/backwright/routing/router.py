"""Finds the skill for a request, or candidates, or nothing, and says why.

text ── named? ──────────────────────────────────────────── explicit
  └── tokens ── phrases, words, paths ── a tally a skill ── auto | suggest | none
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice, takewhile
from types import MappingProxyType

from backwright.routing import weights
from backwright.routing.decision import Decision, Evidence, Match, Request, Routing
from backwright.routing.index import PhraseIndex, WordIndex
from backwright.routing.named import Named, named_in, split_argument
from backwright.routing.reading import Reading, read
from backwright.routing.reason import explain
from backwright.routing.spelling import Spelling
from backwright.routing.standings import Shelf, Standings
from backwright.routing.tally import Scored
from backwright.routing.trigger import Profile, SkillTerms, profile

__all__ = ["Decision", "Evidence", "Match", "Request", "Router", "Routing"]


class Router:
    """The router over one snapshot of the catalogue. It keeps no state between requests.

    Args:
        terms: the trigger metadata of the skills to choose from; their order does not matter.
        known: profiles of an earlier snapshot, by name; those of skills that did not change are taken over.
    """

    def __init__(self, terms: Iterable[SkillTerms], known: Mapping[str, Profile] = MappingProxyType({})) -> None:
        by_name = {skill.name: skill for skill in terms}
        profiles = tuple(_profile(by_name[name], known.get(name)) for name in sorted(by_name))
        self.profiles = {each.terms.name: each for each in profiles}
        self._shelf = Shelf(
            profiles=profiles,
            numbers={each.terms.name: number for number, each in enumerate(profiles)},
            umbrellas=frozenset(number for number, each in enumerate(profiles) if each.terms.umbrella),
            phrases=PhraseIndex(phrase for each in profiles for phrase in each.phrases),
            words=WordIndex(profiles),
        )

    def route(self, request: Request) -> Routing:
        """The decision for one request.

        Raises:
            SkillNotFoundError: the request names a skill that is not served.
        """
        if not self.profiles:
            return self.fitting(request)
        named = split_argument(request.name, self.profiles) if request.name else named_in(request.text, self.profiles)
        return self.explicit(named, request) if named else self.fitting(request)

    def explicit(self, named: Named, request: Request) -> Routing:
        """The decision for a request that names one of the skills."""
        return _explicit(named, Standings(self._shelf, read(request)).scored(self._shelf.numbers[named.skill]))

    def fitting(self, request: Request) -> Routing:
        """The decision for a request that names none of them."""
        return self.fitting_to(read(request))

    def fitting_to(self, reading: Reading) -> Routing:
        """The same for a request that has been read."""
        if not self.profiles:
            return Routing(decision="none", reason="No skill is served; `backwright skills` says why.")
        routing = _decide(Standings(self._shelf, reading))
        if routing.decision == "auto":
            return routing
        spelt = reading.spelt(self._spelling)
        return routing if spelt is reading else _decide(Standings(self._shelf, spelt), sure=not spelt.guessed)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.profiles.values())

    def ranked(self, request: Request, most: int) -> tuple[str, ...]:
        """The skills for which anything speaks, best first, whatever the decision; for those who measure it."""
        standings = Standings(self._shelf, read(request).spelt(self._spelling))
        found = standings.candidates(specific=standings.specific())
        return tuple(one.terms.name for one in islice((one for one in found if one.supported), most))


def _profile(terms: SkillTerms, old: Profile | None) -> Profile:
    return old if old is not None and old.terms == terms else profile(terms)


def _explicit(named: Named, one: Scored) -> Routing:
    name = Evidence(term=named.skill, field="name", weight=1.0)
    match = one.match()
    match = match.model_copy(update={"score": 1.0, "evidence": (name, *match.evidence)})
    asked = f" at {named.versions}" if named.versions else ""
    return Routing(
        decision="explicit",
        matches=(match,),
        reason=f"The request names {named.skill}{asked}; a name always wins.",
        requested=named.versions,
    )


class _Seen(Iterator[Scored]):
    """Skills in their order; those that were looked at are kept."""

    def __init__(self, skills: Iterator[Scored]) -> None:
        self.seen: list[Scored] = []
        self._skills = skills

    def __next__(self) -> Scored:
        one = next(self._skills)
        self.seen.append(one)
        return one


def _decide(standings: Standings, *, sure: bool = True) -> Routing:
    specific = standings.specific()
    candidates = _Seen(standings.candidates(specific=specific))
    decision, chosen = _choose(candidates, sure=sure)
    taken = {one.terms.name for one in chosen}
    behind = next(
        (one for one in chain(candidates.seen[:], candidates) if one.supported and one.terms.name not in taken), None
    )
    removed = standings.removed(weights.MOST_SUGGESTED)
    yielding = standings.yielding() if specific else []
    reason = explain(decision, chosen, behind=behind, removed=removed, yielding=yielding if chosen else ())
    return Routing(
        decision=decision,
        matches=tuple(one.match() for one in chosen),
        reason=reason,
        held_back=tuple(one.match() for one in [*yielding, *removed][: weights.MOST_SUGGESTED]),
    )


def _choose(candidates: Iterator[Scored], *, sure: bool) -> tuple[Decision, Sequence[Scored]]:
    """What to do with candidates that come best first; no more of them are looked at than it takes.

    Args:
        candidates: the skills.
        sure: whether one may be loaded unasked at all.
    """
    firing = (one for one in takewhile(lambda one: one.score >= weights.SUGGEST, candidates) if one.fires)
    best = next(firing, None)
    if best is None:
        return "none", ()
    close = [best]
    if sure and best.score >= weights.AUTO and best.decisive and not best.doubtful:
        rival = _rival(best, firing, close)
        if rival is None or best.score - rival.score >= weights.MARGIN:
            return "auto", (best,)
        close.extend(islice(firing, weights.MOST_SUGGESTED - len(close)))
        needed = _set(best, close[1:])
        if needed:
            return "auto", needed
    for one in firing if len(close) < weights.MOST_SUGGESTED else ():
        close.append(one)
        if len(close) == weights.MOST_SUGGESTED or one.score < best.score * weights.SPREAD:
            break
    return "suggest", [one for one in close[: weights.MOST_SUGGESTED] if one.score >= best.score * weights.SPREAD]


def _set(best: Scored, others: Iterable[Scored]) -> tuple[Scored, ...] | None:
    """The skills that a request needs together, if each is asked for in words of its own; else they are rivals."""
    near = [one for one in others if one.decisive and best.score - one.score < weights.MARGIN]
    needed = (best, *near)
    if any(one.doubtful or not one.by_phrase or one.terms.umbrella for one in needed):
        return None
    taken: set[str] = set()
    for one in needed:
        own = one.asked_by
        if not own or not taken.isdisjoint(own):
            return None
        taken |= own
    return needed


def _rival(best: Scored, firing: Iterator[Scored], passed: list[Scored]) -> Scored | None:
    """The runner-up that may be loaded unasked too, or, as soon as there can be none near, whatever comes next."""
    for one in firing:
        passed.append(one)
        if one.decisive or best.score - one.score >= weights.MARGIN:
            return one
    return None
