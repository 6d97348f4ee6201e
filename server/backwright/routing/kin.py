"""Words that no skill holds, read as one that looks much like it: `autenticacion`, `миграцию`, `Datenbankmigration`.

Most words of software are the same in many languages but for their endings, and other languages inflect and compound
where English does not. What is found so is a single word among others; it never chooses a skill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from backwright.routing.text import unspaced
from backwright.routing.trigger import Profile

SHORTEST: Final = 5
"""Letters of a word that is compared; shorter ones look like too many others."""

ALIKE: Final = 0.5
"""The share of three-letter pieces that two words of one beginning must have in common (Dice)."""

PART: Final = 6
"""Letters of a word that is looked for at the end of a compound."""

_BEGINNING: Final = 3
_LONGEST: Final = 40


class Kin:
    """The words that some skills declare, by their pieces.

    Args:
        profiles: the skills; words that only their instructions hold are left out.
    """

    def __init__(self, profiles: Iterable[Profile]) -> None:
        known = {word for profile in profiles for word, (_, held) in profile.words.items() if held != "body"}
        self._words = frozenset(word for word in known if SHORTEST <= len(word) <= _LONGEST and not unspaced(word))
        begun: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            begun[word[:_BEGINNING]].append(word)
        self._begun = dict(begun)
        self._near: dict[str, tuple[tuple[frozenset[str], str], ...]] = {}

    def read(self, terms: Mapping[str, str], known: Mapping[str, object]) -> dict[str, str]:
        """The words of a request, by roots; those that no skill holds as their kin."""
        found = {term: surface for term, surface in terms.items() if term in known}
        for term, surface in terms.items():
            if term not in known:
                found.setdefault(self.of(term) or term, surface)
        return found

    def of(self, word: str) -> str | None:
        """The declared word that looks most like another; None if none does."""
        if not SHORTEST <= len(word) <= _LONGEST or unspaced(word) or not word.isalpha():
            return None
        pieces = _pieces(word)
        near = [(_alike(pieces, those), other) for those, other in self._beginning(word[:_BEGINNING])]
        likeness, best = max(near, default=(0.0, ""))
        if likeness >= ALIKE:
            return best
        ends = (word[at:] for at in range(1, len(word) - PART + 1))
        return next((end for end in ends if end in self._words), None)

    def _beginning(self, letters: str) -> tuple[tuple[frozenset[str], str], ...]:
        """The words of one beginning with their pieces, which are cut when they are first asked for."""
        found = self._near.get(letters)
        if found is None:
            words = self._begun.get(letters)
            if words is None:
                return ()
            found = self._near[letters] = tuple((_pieces(word), word) for word in words)
        return found


def _pieces(word: str) -> frozenset[str]:
    return frozenset([word[at : at + 3] for at in range(len(word) - 2)])


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
