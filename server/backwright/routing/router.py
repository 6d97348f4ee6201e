"""Finds the skill for a request, or candidates, or nothing, and says why.

text ── named? ──────────────────────────────────────────── explicit
  └── tokens ── phrases, words, paths ── a tally a skill ── auto | suggest | none
"""

from __future__ import annotations

from collections.abc import Iterable

from backwright.routing import weights
from backwright.routing.decision import Decision, Evidence, Match, Request, Routing
from backwright.routing.index import PhraseIndex, WordIndex
from backwright.routing.named import Named, named_in, split_argument
from backwright.routing.paths import foreign
from backwright.routing.reason import explain
from backwright.routing.tally import Tally
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
            return Routing(decision="none", reason="No skill is served; `backwright skills` says why.")
        tallies = self._tally(request)
        named = split_argument(request.name, self._terms) if request.name else named_in(request.text, self._terms)
        return self._explicit(named, tallies) if named else self._decide(tallies)

    def _tally(self, request: Request) -> dict[str, Tally]:
        language = foreign(request.paths)
        tallies = {name: Tally(skill, language) for name, skill in self._terms.items()}
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

    def _explicit(self, named: Named, tallies: dict[str, Tally]) -> Routing:
        name = Evidence(term=named.skill, field="name", weight=1.0)
        match = tallies[named.skill].match()
        match = match.model_copy(update={"score": 1.0, "evidence": (name, *match.evidence)})
        asked = f" at {named.versions}" if named.versions else ""
        return Routing(
            decision="explicit",
            matches=(match,),
            reason=f"The request names {named.skill}{asked}; a name always wins.",
            requested=named.versions,
        )

    def _decide(self, tallies: dict[str, Tally]) -> Routing:
        ranked = sorted(
            ((tally, tally.match()) for tally in tallies.values()),
            key=lambda pair: (-pair[1].score, pair[0].terms.umbrella, pair[1].skill),
        )
        removed = tuple(match for tally, match in ranked if tally.removed)
        kept = [(tally, match) for tally, match in ranked if not tally.removed]
        specific = any(tally.named_by_phrase and not tally.terms.umbrella for tally, _ in kept)
        yielding = tuple(match for tally, match in kept if specific and tally.terms.umbrella)
        candidates = [(tally, match) for tally, match in kept if not (specific and tally.terms.umbrella)]
        held_back = (*removed, *(match for match in yielding if match.score >= weights.SUGGEST))
        decision, matches = _choose(candidates)
        behind = tuple(match for _, match in candidates if match not in matches and match.evidence)
        reason = explain(decision, matches, behind=behind, removed=removed, yielding=yielding)
        return Routing(decision=decision, matches=matches, reason=reason, held_back=held_back)


def _choose(candidates: list[tuple[Tally, Match]]) -> tuple[Decision, tuple[Match, ...]]:
    candidates = [(tally, match) for tally, match in candidates if tally.fires and match.score >= weights.SUGGEST]
    if not candidates:
        return "none", ()
    tally, best = candidates[0]
    runner_up = max((match.score for other, match in candidates[1:] if other.decisive), default=0.0)
    if (
        tally.decisive
        and not tally.doubtful
        and best.score >= weights.AUTO
        and best.score - runner_up >= weights.MARGIN
    ):
        return "auto", (best,)
    close = tuple(match for _, match in candidates if match.score >= best.score * weights.SPREAD)
    return "suggest", close[: weights.MOST_SUGGESTED]
