"""Signs of a skill in plain words: a symptom or a wish that names no technology.

"Customers were charged twice" says no word that a skill on background jobs would be called by. A sign is a group of
places, each filled by any of some words; it is found when all are filled near each other, in any order. It offers its
skill and never loads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from backwright.routing import weights
from backwright.routing.stems import root
from backwright.routing.text import Words
from backwright.routing.trigger import Profile

Sign: TypeAlias = "tuple[str, float]"
"""The words that a sign was found by, and what it adds to a score."""

_Place: TypeAlias = "tuple[tuple[int, int], int, int]"  # skill and sign, slot, slots

# Letters of a word that may be the end of another.
_COMPOUND: Final = 6
# Letters of a word that may be such a compound.
_COMPOUNDED: Final = 2 * _COMPOUND - 2


class SignIndex:
    """The signs of some skills; each skill is known by its place.

    Args:
        profiles: the skills.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        places: defaultdict[tuple[str, ...], list[_Place]] = defaultdict(list)
        for number, profile in enumerate(profiles):
            for sign, slots in enumerate(profile.signs):
                key = number, sign
                for slot, phrases in enumerate(slots):
                    for phrase in filter(None, phrases):
                        places[phrase].append((key, slot, len(slots)))
        self._places = dict(places)
        self._ends = frozenset(phrase[0] for phrase in places if len(phrase) == 1 and len(phrase[0]) >= _COMPOUND)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for phrase in places:
            lengths[phrase[0]].add(len(phrase))
        self._lengths = {first: tuple(found) for first, found in lengths.items()}

    def find(self, texts: Iterable[Words]) -> Mapping[int, tuple[Sign, ...]]:
        """The signs of each skill that a request shows, the weightiest first, at most `weights.SIGNS_COUNTED`."""
        found: defaultdict[int, dict[int, Sign]] = defaultdict(dict)
        for text in texts if self._places else ():
            for (number, sign), slots, words in self._in(text):
                weight = weights.SIGN if slots == 2 else weights.LONG_SIGN  # noqa: PLR2004  a pair
                found[number].setdefault(sign, (words, weight))
        return {number: _best(signs.values()) for number, signs in found.items()}

    def _in(self, text: Words) -> Iterator[tuple[tuple[int, int], int, str]]:
        lengths, places = self._lengths, self._places
        roots = tuple([word if len(word) < _COMPOUNDED else self._end(word) for word in map(root, text.parts)])
        seen: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
        for at in [at for at, word in enumerate(roots) if word in lengths]:
            for length in lengths[roots[at]]:
                for key, slot, slots in places.get(roots[at : at + length], ()):
                    last = seen[key]
                    last[slot] = at
                    if len(last) == slots and at - min(last.values()) <= weights.SIGN_REACH:
                        yield key, slots, " + ".join(text.surface[place] for place in sorted(set(last.values())))

    def _end(self, word: str) -> str:
        """The sign's word that a long word ends with: `Zahlungsanbieter` is an `Anbieter`."""
        if (word,) in self._places:
            return word
        return next((word[at:] for at in range(3, len(word) - _COMPOUND + 1) if word[at:] in self._ends), word)


def _best(signs: Iterable[Sign]) -> tuple[Sign, ...]:
    return tuple(sorted(signs, key=lambda sign: (-sign[1], sign[0]))[: weights.SIGNS_COUNTED])
