"""Finds the skill for a request, or candidates, or nothing, and says why.

text ── named? ──────────────────────────────────────────── explicit
  └── tokens ── phrases, words, paths ── a tally a skill ── auto | suggest | none
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backwright.routing import weights
from backwright.routing.decision import Decision, Evidence, Match, Request, Routing
from backwright.routing.index import PhraseIndex, WordIndex
from backwright.routing.named import Named, named_in, split_argument
from backwright.routing.paths import foreign
from backwright.routing.reason import explain
from backwright.routing.tally import Scored, Tally
from backwright.routing.text import query_terms, words
from backwright.routing.trigger import SkillTerms, phrases

__all__ = ["Decision", "Evidence", "Match", "Request", "Router", "Routing"]


class Router:
    """The router over one snapshot of the catalogue. It keeps no state between requests.

    Args:
        terms: the trigger metadata of the skills to choose from; their order does not matter.
    """

    def __init__(self, terms: Iterable[SkillTerms]) -> None:
        self._terms = {skill.name: skill for skill in sorted(terms, key=lambda skill: skill.name)}
        declared = [phrase for skill in self._terms.values() for phrase in phrases(skill)]
        self._phrases = PhraseIndex(declared)
        self._words = WordIndex(tuple(self._terms.values()), declared)

    def route(self, request: Request) -> Routing:
        """The decision for one request.

        Raises:
            SkillNotFoundError: the request names a skill that is not served.
        """
        if not self._terms:
            return self.fitting(request)
        named = split_argument(request.name, self._terms) if request.name else named_in(request.text, self._terms)
        return self.explicit(named, request) if named else self.fitting(request)

    def explicit(self, named: Named, request: Request) -> Routing:
        """The decision for a request that names one of the skills."""
        return _explicit(named, self._tally(request)[named.skill])

    def fitting(self, request: Request) -> Routing:
        """The decision for a request that names none of them."""
        if not self._terms:
            return Routing(decision="none", reason="No skill is served; `backwright skills` says why.")
        return _decide(self._tally(request).values())

    def _tally(self, request: Request) -> Tallies:
        tallies = Tallies(self._terms, foreign(request.paths))
        terms: dict[str, str] = {}
        for number, text in enumerate((request.text, *request.keywords)):
            tokens = words(text)
            terms.update(query_terms(tokens))
            for hit in self._phrases.find(tokens):
                for phrase in hit.phrases:
                    tallies[phrase.skill].add(phrase, hit, number)
        for path in request.paths:
            for hit in self._phrases.find(words(path)):
                for phrase in hit.phrases:
                    tallies[phrase.skill].add_path(phrase)
        for skill, found in self._words.find(terms).items():
            tallies[skill].add_words(found)
        return tallies


class Tallies(dict[str, Tally]):
    """The tallies of the skills that anything was found for, by name."""

    def __init__(self, terms: Mapping[str, SkillTerms], language: str | None) -> None:
        super().__init__()
        self._terms = terms
        self._language = language

    def __missing__(self, name: str) -> Tally:
        return self.setdefault(name, Tally(self._terms[name], self._language))


def _explicit(named: Named, tally: Tally) -> Routing:
    name = Evidence(term=named.skill, field="name", weight=1.0)
    match = tally.scored().match()
    match = match.model_copy(update={"score": 1.0, "evidence": (name, *match.evidence)})
    asked = f" at {named.versions}" if named.versions else ""
    return Routing(
        decision="explicit",
        matches=(match,),
        reason=f"The request names {named.skill}{asked}; a name always wins.",
        requested=named.versions,
    )


def _decide(tallies: Iterable[Tally]) -> Routing:
    ranked = sorted(
        (tally.scored() for tally in tallies), key=lambda one: (-one.score, one.terms.umbrella, one.terms.name)
    )
    removed = [one for one in ranked if one.removed and one.supported]
    kept = [one for one in ranked if not one.removed]
    specific = any(one.by_phrase and not one.terms.umbrella for one in kept)
    yielding = [one for one in kept if specific and one.terms.umbrella and one.score >= weights.SUGGEST]
    candidates = [one for one in kept if not (specific and one.terms.umbrella)]
    decision, chosen = _choose(candidates)
    behind = next((one for one in candidates if one not in chosen and one.supported), None)
    reason = explain(decision, chosen, behind=behind, removed=removed, yielding=yielding if chosen else ())
    return Routing(
        decision=decision,
        matches=tuple(one.match() for one in chosen),
        reason=reason,
        held_back=tuple(one.match() for one in [*yielding, *removed][: weights.MOST_SUGGESTED]),
    )


def _choose(candidates: Sequence[Scored]) -> tuple[Decision, Sequence[Scored]]:
    firing = [one for one in candidates if one.fires and one.score >= weights.SUGGEST]
    if not firing:
        return "none", ()
    best = firing[0]
    runner_up = max((one.score for one in firing[1:] if one.decisive), default=0.0)
    clear = best.score >= weights.AUTO and best.score - runner_up >= weights.MARGIN
    if clear and best.decisive and not best.doubtful:
        return "auto", (best,)
    close = [one for one in firing if one.score >= best.score * weights.SPREAD]
    return "suggest", close[: weights.MOST_SUGGESTED]
