"""Ways from a prompt to skills: ours, and three plain ones to compare with."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from backwright.errors import BackwrightError
from backwright.evaluating.routing.labels import Label
from backwright.routing.decision import Request
from backwright.routing.rooms import Rooms
from backwright.routing.text import query_terms, words
from backwright.routing.trigger import SkillTerms

Tier = Literal["auto", "suggest", "none"]

RANKED: Final = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a method said to one prompt.

    Args:
        label: the prompt.
        tier: auto: it would load the first skill; suggest: it offers the first three; none: it abstains.
        ranked: the skills, best first, whatever the tier.
        score: of the first one, from 0 to 1.
        version: of the first one, where it was loaded.
        took: milliseconds.
    """

    label: Label
    tier: Tier
    ranked: tuple[str, ...]
    score: float = 0.0
    version: str | None = None
    took: float = 0.0

    @property
    def first(self) -> bool:
        """Whether a right skill comes first."""
        return bool(self.ranked) and self.ranked[0] in self.label.right

    @property
    def shown(self) -> tuple[str, ...]:
        """What a caller sees."""
        return {"auto": self.ranked[:1], "suggest": self.ranked[:3], "none": ()}[self.tier]


@dataclass(frozen=True, slots=True)
class Method:
    """A way from a prompt to skills: its name, and what it says to a label."""

    name: str
    says: Callable[[Label], Verdict]

    def verdicts(self, labels: Iterable[Label]) -> tuple[Verdict, ...]:
        """What it says to each label."""
        return tuple(self.says(label) for label in labels)


def ours(rooms: Rooms, resolve: Callable[[str], str | None] = lambda _: None) -> Method:
    """The router that serves.

    Args:
        rooms: the router.
        resolve: the version that answers `name@range`.
    """

    def says(label: Label) -> Verdict:
        request = Request(label.prompt, paths=label.paths, keywords=label.keywords, context=label.context)
        start = time.perf_counter()
        try:
            routing = rooms.route(request)
        except BackwrightError:
            return Verdict(label, "none", (), took=(time.perf_counter() - start) * 1000)
        took = (time.perf_counter() - start) * 1000
        chosen = tuple(match.skill for match in routing.matches)
        ranked = tuple(dict.fromkeys((*chosen, *rooms.ranked(request, RANKED))))
        tier: Tier = "suggest" if chosen else "none"
        version = None
        if routing.decision in {"explicit", "auto"}:
            tier = "auto"
            asked = f"@{routing.requested}" if routing.requested else ""
            version = resolve(f"{chosen[0]}{asked}") or routing.matches[0].version
        score = routing.matches[0].score if routing.matches else 0.0
        return Verdict(label, tier, ranked[:RANKED], score, version, took)

    return Method("backwright", says)


def plain(terms: Sequence[SkillTerms]) -> tuple[Method, ...]:
    """Exact keywords, substrings, and BM25 over everything that is declared."""
    return (_keywords(terms), _substrings(terms), _bm25(terms))


def _declared(skill: SkillTerms) -> tuple[str, ...]:
    aliases = (alias for found in skill.aliases.values() for alias in found)
    return (skill.name, *skill.strong, *aliases)


def _by_count(name: str, counts: Callable[[str], Mapping[str, int]]) -> Method:
    def says(label: Label) -> Verdict:
        start = time.perf_counter()
        found = counts(label.prompt.casefold())
        ranked = tuple(sorted((skill for skill in found if found[skill]), key=lambda skill: (-found[skill], skill)))
        clear = len(ranked) == 1 or (len(ranked) > 1 and found[ranked[0]] > found[ranked[1]])
        tier: Tier = "auto" if clear else "suggest" if ranked else "none"
        return Verdict(label, tier, ranked[:RANKED], took=(time.perf_counter() - start) * 1000)

    return Method(name, says)


def _keywords(terms: Sequence[SkillTerms]) -> Method:
    patterns = {
        skill.name: [re.compile(rf"\b{re.escape(text.casefold())}\b") for text in _declared(skill)] for skill in terms
    }
    return _by_count(
        "exact keyword",
        lambda text: {name: sum(bool(each.search(text)) for each in found) for name, found in patterns.items()},
    )


def _substrings(terms: Sequence[SkillTerms]) -> Method:
    declared = {skill.name: [text.casefold() for text in _declared(skill)] for skill in terms}
    return _by_count(
        "substring",
        lambda text: {name: sum(each in text for each in found) for name, found in declared.items()},
    )


_K1: Final = 1.5
_B: Final = 0.75


def _bm25(terms: Sequence[SkillTerms]) -> Method:
    """BM25 with its usual constants; it loads whatever comes first, for it has no idea of what fits."""
    documents = {skill.name: _counted([*_declared(skill), *skill.weak, skill.description]) for skill in terms}
    holders = Counter(term for counts in documents.values() for term in counts)
    lengths = {name: sum(counts.values()) for name, counts in documents.items()}
    usual = sum(lengths.values()) / len(lengths) if lengths else 1.0

    def weight(term: str, name: str) -> float:
        count = documents[name][term]
        rarity = math.log(1 + (len(documents) - holders[term] + 0.5) / (holders[term] + 0.5))
        return rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * lengths[name] / usual))

    def says(label: Label) -> Verdict:
        start = time.perf_counter()
        asked = query_terms(words(label.prompt))
        scores = {name: sum(weight(term, name) for term in asked if term in documents[name]) for name in documents}
        ranked = tuple(sorted((name for name in scores if scores[name]), key=lambda name: (-scores[name], name)))
        tier: Tier = "auto" if ranked else "none"
        return Verdict(label, tier, ranked[:RANKED], took=(time.perf_counter() - start) * 1000)

    return Method("BM25", says)


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(term for text in texts for term in query_terms(words(text)))
