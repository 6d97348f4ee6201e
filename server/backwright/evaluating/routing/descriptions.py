"""What the descriptions themselves do to routing: which are alike, and what a host that cuts them short loses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from backwright.evaluating.routing.figures import Figures, figures
from backwright.evaluating.routing.labels import Label
from backwright.evaluating.routing.methods import ours
from backwright.routing.rooms import Rooms
from backwright.routing.text import query_terms, words
from backwright.routing.trigger import SkillTerms

CUTS: Final = (1024, 500, 250, 100, 0)
"""Characters: what the standard allows, and what hosts with many skills have been seen to keep."""

_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Alike:
    """Two skills whose descriptions share words: the cosine of their TF-IDF vectors, from 0 to 1, and the words."""

    one: str
    other: str
    likeness: float
    words: tuple[str, ...]


def alike(terms: Sequence[SkillTerms]) -> tuple[Alike, ...]:
    """The pairs that are most alike, the most alike first."""
    held = {skill.name: query_terms(words(skill.description)) for skill in terms}
    holders = Counter(term for found in held.values() for term in found)
    rarity = {term: math.log((1 + len(held)) / count) for term, count in holders.items()}
    norms = {name: math.sqrt(sum(rarity[term] ** 2 for term in found)) for name, found in held.items()}
    pairs = []
    for one, other in combinations(sorted(held), 2):
        shared = sorted(held[one].keys() & held[other].keys(), key=lambda term: (-rarity[term], term))
        norm = norms[one] * norms[other]
        if shared and norm:
            likeness = sum(rarity[term] ** 2 for term in shared) / norm
            pairs.append(Alike(one, other, likeness, tuple(held[one][term] for term in shared[:5])))
    return tuple(sorted(pairs, key=lambda pair: -pair.likeness)[:_MOST])


def cut_short(terms: Iterable[SkillTerms], labels: Sequence[Label]) -> dict[int, Figures]:
    """The figures of a router that knows names and so many characters of each description, and nothing else.

    That is what a host without Backwright has to go by.
    """
    bare = [SkillTerms(skill.name, skill.version, skill.description) for skill in terms]
    return {
        kept: figures(ours(Rooms(replace(one, description=one.description[:kept]) for one in bare)).verdicts(labels))
        for kept in CUTS
    }
