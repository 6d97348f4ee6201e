"""Misspelt names: a word that nothing declares, one slip away from a word that only few skills declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Final

from backwright.routing.stems import root
from backwright.routing.text import STOP_WORDS, Words, words
from backwright.routing.trigger import Profile

SHORTEST: Final = 4
"""Letters of a word that is looked at; shorter ones are one slip away from too many others."""

SURE: Final = 7
"""Letters from which on a slip is hardly another word: `dramtiq`, and not `flash` for `flask`.

In a shorter word, what comes of a slip is never sure.
"""

REPLACED: Final = 9
"""Letters from which on another letter in one's place is a slip: `pedantic` is not `pydantic`."""

_RARE: Final = 3
_LOOKED_AT: Final = 12


class Spelling:
    """The words of the decisive phrases of some skills, those that tell skills apart.

    Args:
        profiles: the skills.
    """

    def __init__(self, profiles: Iterable[Profile]) -> None:
        holders: defaultdict[str, set[str]] = defaultdict(set)
        self._known: set[str] = set()
        for profile in profiles:
            self._known.update(profile.words)
            for phrase in profile.phrases:
                self._known.update(phrase.tokens.surface)
                if phrase.decisive:
                    for word in {*phrase.tokens.surface, "".join(phrase.tokens.surface)}:
                        holders[word].add(profile.terms.name)
        # By the word itself and by what is left of it without one letter: two words that are one slip apart meet there.
        # Most forms are of one word, and a string is smaller than a list of one.
        self._near: dict[str, str] = {}
        for word in sorted(holders):
            rare = len(holders[word]) <= _RARE and word not in STOP_WORDS
            if rare and len(word) >= SHORTEST and word.isascii() and word.isalpha():
                for form in _forms(word):
                    self._near[form] = f"{self._near[form]} {word}" if form in self._near else word

    def repaired(self, text: Words) -> tuple[Words, str] | None:
        """The text with its slips mended, and the shortest word that was; None if there is no slip in it."""
        known, surfaces = self._known, text.surface
        # Most words are known, so that is asked first.
        strange = [at for at, surface in enumerate(surfaces) if surface not in known and surface not in STOP_WORDS]
        unknown = (at for at in strange if _plain(surfaces[at]) and root(text.parts[at]) not in known)
        better = {at: name for at in islice(unknown, _LOOKED_AT) if (name := self._nearest(surfaces[at])) is not None}
        if not better:
            return None
        mended = " ".join([better.get(at, surface) for at, surface in enumerate(surfaces)])
        return words(mended), min((surfaces[at] for at in better), key=len)

    def _nearest(self, word: str) -> str | None:
        """The one name that is one slip away; None if there is none, or more than one."""
        near = self._near
        met = {name for form in _forms(word) if form in near for name in near[form].split() if name[0] == word[0]}
        found = [name for name in met if one_slip(word, name)]
        return found[0] if len(found) == 1 else None


def _plain(word: str) -> bool:
    return len(word) >= SHORTEST and word.isascii() and word.isalpha()


def _forms(word: str) -> set[str]:
    return {word, *[word[:at] + word[at + 1 :] for at in range(len(word))]}


def one_slip(one: str, other: str) -> bool:
    """Whether one letter too many, too few or, in a long word, wrong, or two swapped letters are all the difference."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or (len(one) >= REPLACED and one[at + 1 :] == other[at + 1 :])
