"""Finds the skill for a request, or candidates, or nothing, and says why.

text ── named? ──────────────────────────────────────────── explicit
  └── tokens ── phrases, words, paths ── a tally a skill ── auto | suggest | none
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice
from types import MappingProxyType
from typing import Final, TypeAlias

from backwright.routing import weights
from backwright.routing.choosing import choose
from backwright.routing.decision import Decision, Evidence, Match, Request, Routing
from backwright.routing.index import PhraseIndex, WordIndex
from backwright.routing.kin import Kin
from backwright.routing.named import Named, named_in, split_argument
from backwright.routing.reading import Reading, read
from backwright.routing.reason import explain
from backwright.routing.signs import SignIndex
from backwright.routing.spelling import Spelling
from backwright.routing.standings import Shelf, Standings
from backwright.routing.tally import Scored
from backwright.routing.thresholds import SHIPPED, Thresholds
from backwright.routing.trigger import Profile, SkillTerms, profile

__all__ = ["Decision", "Evidence", "Match", "Request", "Router", "Routing"]

Bodies: TypeAlias = Callable[[str], Collection[str]]
"""The words of the instructions and references of the skill of a name."""

_BY_PHRASE: Final = frozenset({"name", "strong", "alias"})


class Router:
    """The router over one snapshot of the catalogue. It keeps no state between requests.

    Args:
        terms: the trigger metadata of the skills to choose from; their order does not matter.
        known: profiles of an earlier snapshot, by name; those of skills that did not change are taken over.
        bodies: what gives the words of a skill's instructions, by its name; asked for when a request first needs them.
        at: from which score on something is done.
    """

    def __init__(
        self,
        terms: Iterable[SkillTerms],
        known: Mapping[str, Profile] = MappingProxyType({}),
        bodies: Bodies = lambda _: (),
        at: Thresholds = SHIPPED,
    ) -> None:
        by_name = {skill.name: skill for skill in terms}
        profiles = tuple(_profile(by_name[name], known.get(name)) for name in sorted(by_name))
        self.profiles = {each.terms.name: each for each in profiles}
        self._bodies = bodies
        self._shelf = Shelf(
            profiles=profiles,
            numbers={each.terms.name: number for number, each in enumerate(profiles)},
            umbrellas=frozenset(number for number, each in enumerate(profiles) if each.terms.umbrella),
            phrases=PhraseIndex(phrase for each in profiles for phrase in each.phrases),
            words=WordIndex(profiles),
            at=at,
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
        standings, routing = Standings(self._shelf, reading), None
        if standings.by_phrase or self._shallow:
            routing = _decide(standings)
            if routing.decision == "auto" and self._settled(routing.matches[0]):
                return routing
        closer = self._closer(reading)
        if routing is not None and self._shallow and closer is reading:
            return routing
        return _decide(Standings(self._deep, closer, standings), sure=not closer.guessed)

    def _settled(self, match: Match) -> bool:
        """Whether nothing that a closer look finds could be surer: it names the skill, which is none that yields."""
        named = any(piece.field in _BY_PHRASE for piece in match.evidence)
        return named and self._shelf.numbers[match.skill] not in self._shelf.umbrellas

    def _closer(self, reading: Reading) -> Reading:
        """A request with its slips mended, and, among few skills, its unknown words read as their kin."""
        spelt = reading.spelt(self._spelling)
        if len(self.profiles) > weights.MOST_BODIES:
            return spelt
        held = self._deep.words.holders
        spelt = spelt.in_english(held)
        return replace(spelt, terms=self._kin.read(spelt.terms, held))

    @property
    def _shallow(self) -> bool:
        """Whether nothing more is known of the skills than what a first look reads."""
        return self._signs is None and len(self.profiles) > weights.MOST_BODIES

    @cached_property
    def _deep(self) -> Shelf:
        """The same skills with all that is known of them, for requests that their triggers leave open."""
        shelf = replace(self._shelf, signs=self._signs)
        if len(self.profiles) > weights.MOST_BODIES:
            return shelf
        profiles = [each.with_body(self._bodies(each.terms.name)) for each in shelf.profiles]
        return replace(shelf, profiles=profiles, words=WordIndex(profiles))

    @cached_property
    def _signs(self) -> SignIndex | None:
        profiles = self._shelf.profiles
        return SignIndex(profiles) if any(each.signs for each in profiles) else None

    @cached_property
    def _kin(self) -> Kin:
        return Kin(self._shelf.profiles)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.profiles.values())

    def ranked(self, request: Request, most: int) -> tuple[str, ...]:
        """The skills for which anything speaks, best first, whatever the decision; for those who measure it."""
        return tuple(match.skill for match in self.weighed(request, most))

    def weighed(self, request: Request, most: int) -> tuple[Match, ...]:
        """The same with their scores and evidence; for those who ask why."""
        standings = Standings(self._deep, self._closer(read(request)))
        found = standings.candidates(specific=standings.specific())
        return tuple(one.match() for one in islice((one for one in found if one.supported), most))


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
    decision, chosen = choose(candidates, standings.at, sure=sure, sound=standings.sound)
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
