"""The skills that a request speaks for, best first; each is weighed closely only when its turn comes.

What the words say is a product that the index keeps for every skill. What phrases say at most is known before it is
known what they say exactly, and a skill that even so stays behind those that are asked for is never weighed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from backwright.routing import weights
from backwright.routing.index import Hit, PhraseIndex, WordIndex
from backwright.routing.reading import Reading
from backwright.routing.tally import DECISIVE, Scored, Tally
from backwright.routing.trigger import Kind, Phrase, Profile

# A phrase of a skill, where it stands (None: in a path), and in which text of the request.
Heard: TypeAlias = "tuple[Phrase, Hit | None, int]"
# Orders skills: the score downwards, what is not weighed yet before what is, an umbrella last, then the name.
Rank: TypeAlias = "tuple[float, bool, bool, int]"

# What a phrase leaves open of the score at least, wherever it stands.
_LEFT: Mapping[Kind, float] = {
    Kind.NAME: 1 - weights.NAME,
    Kind.STRONG: 1 - weights.STRONG_PHRASE,
    Kind.ALIAS: 1 - weights.STRONG_PHRASE,
    Kind.ALL_OF: 1 - weights.ALL_OF,
    Kind.WEAK: 1 - weights.WEAK,
    Kind.NEGATIVE: 1.0,
}
_LEFT_BY_PATH = 1 - weights.PATH
# Pieces are rounded one by one, so that a score may be this much higher than what they come to.
_ROUNDING = 0.005
# So many words of which each is worth no line of evidence can still come to a suggestion.
_MANY_WORDS = 32
# Ranked at once; hardly ever is one more asked for.
_FIRST = 16


@dataclass(frozen=True, slots=True)
class Shelf:
    """The skills of one router, sorted by name; each is known by its place.

    Args:
        profiles: the skills.
        numbers: the place of each, by name.
        umbrellas: the places of those that yield.
        phrases: what all of them declare.
        words: what all of them hold.
    """

    profiles: Sequence[Profile]
    numbers: Mapping[str, int]
    umbrellas: frozenset[int]
    phrases: PhraseIndex
    words: WordIndex


class Standings:
    """How the skills of a shelf stand in one request."""

    def __init__(self, shelf: Shelf, reading: Reading) -> None:
        self._shelf = shelf
        self._foreign = reading.foreign
        self._stack = reading.stack
        self._many = len(reading.terms) > _MANY_WORDS
        self._search = shelf.words.search(reading.terms)
        self._heard: dict[int, list[Heard]] = {}
        self._decisive: set[int] = set()
        self._against: set[int] = set()
        self._listen(reading)
        self._scored: dict[int, Scored] = {}

    def scored(self, number: int) -> Scored:
        """One skill, weighed."""
        found = self._scored.get(number)
        if found is None:
            tally = Tally(self._shelf.profiles[number].terms, self._foreign, self._stack_for(number))
            for phrase, hit, text in self._heard.get(number, ()):
                if hit is None:
                    tally.add_path(phrase)
                else:
                    tally.add(phrase, hit, text)
            tally.add_words(self._search.hits(number))
            found = self._scored[number] = tally.scored()
        return found

    def _stack_for(self, number: int) -> str | None:
        """The other technology that the request names; None for a skill that is about that one."""
        if self._stack is None:
            return None
        held = self._shelf.profiles[number].words
        # Its description may name it to say that the skill is not for it.
        own = all(word in held and not held[word][1] for word in self._stack.words)
        return None if own else self._stack.name

    def specific(self) -> bool:
        """Whether a decisive phrase of a skill that does not yield was found, and nothing removes the skill."""
        numbers = self._decisive - self._shelf.umbrellas
        return any(one.by_phrase and not one.removed for one in map(self.scored, numbers))

    def candidates(self, *, specific: bool) -> Iterator[Scored]:
        """The skills to choose from, best first; without those that yield, where there is a specific one.

        A skill that is never offered, and of which no piece of evidence is worth a line, may be missing.
        """
        out = self._shelf.umbrellas if specific else frozenset[int]()
        heard = [number for number in self._heard if number not in out] if out else self._heard
        return (one for one in self._ranked(heard, self._by_words(out)) if not one.removed)

    def removed(self, most: int) -> list[Scored]:
        """The best of those for which something speaks and against which as much does."""
        if not self._against:
            return []
        ranked = self._ranked(self._against, iter(()))
        return list(islice((one for one in ranked if one.removed and one.supported), most))

    def yielding(self) -> list[Scored]:
        """The umbrella skills that would have been offered, best first."""
        touched = [number for number in self._shelf.umbrellas if self._bound(number) >= weights.SUGGEST]
        ranked = self._ranked(touched, iter(()))
        return [one for one in ranked if not one.removed and one.score >= weights.SUGGEST]

    def _listen(self, reading: Reading) -> None:
        """Note which phrases stand in the request, and where."""
        heard, numbers, find = self._heard, self._shelf.numbers, self._shelf.phrases.find
        for text, tokens in enumerate(reading.texts):
            for hit in find(tokens):
                for phrase in hit.phrases:
                    number = numbers[phrase.skill]
                    heard.setdefault(number, []).append((phrase, hit, text))
                    if phrase.kind in DECISIVE:
                        self._decisive.add(number)
                    elif phrase.kind is Kind.NEGATIVE:
                        self._against.add(number)
        for tokens in reading.paths:
            for hit in find(tokens):
                for phrase in hit.phrases:
                    heard.setdefault(numbers[phrase.skill], []).append((phrase, None, -1))

    def _ranked(self, numbers: Iterable[int], others: Iterator[Rank]) -> Iterator[Scored]:
        """Some skills, and others whose rank is known, best first."""
        umbrellas = self._shelf.umbrellas
        queue: list[Rank] = [(-self._bound(number), False, number in umbrellas, number) for number in numbers]
        heapq.heapify(queue)
        other = next(others, None)
        while queue or other is not None:
            if other is not None and (not queue or other < queue[0]):
                yield self.scored(other[3])
                other = next(others, None)
                continue
            _, weighed, umbrella, number = heapq.heappop(queue)
            one = self.scored(number)
            if weighed:
                yield one
            else:
                heapq.heappush(queue, (-one.score, True, umbrella, number))

    def _bound(self, number: int) -> float:
        """What the score of a skill is at most."""
        left = self._search.left[number]
        for phrase, hit, _ in self._heard.get(number, ()):
            left *= _LEFT_BY_PATH if hit is None else _LEFT[phrase.kind]
        return self._of_language(1 - left, number) + _ROUNDING

    def _of_language(self, score: float, number: int) -> float:
        kept = 1.0 if self._foreign is None else 1 - weights.FOREIGN
        return score * (kept if self._stack_for(number) is None else kept * (1 - weights.FOREIGN_STACK))

    def _by_words(self, out: frozenset[int]) -> Iterator[Rank]:
        """The ranks of the skills of which the request holds words and no phrase, best first."""
        left, heard, umbrellas = self._search.left, self._heard, self._shelf.umbrellas
        numbers: Iterable[int] = self._search.telling
        if self._many:
            enough = [
                n for n, open_ in enumerate(left) if self._of_language(1 - open_, n) + _ROUNDING >= weights.SUGGEST
            ]
            numbers = {*numbers, *enough}
        alone = [number for number in numbers if number not in heard and number not in out]

        def rank(number: int) -> Rank:
            score = round(self._of_language(1 - left[number], number), 3)
            return -score, True, number in umbrellas, number

        # Where a stack is named, what is left open is no order: some skills are about that stack.
        if len(alone) > _FIRST and self._stack is None:
            last = heapq.nsmallest(_FIRST, map(left.__getitem__, alone))[-1]
            # Rounding makes equals of skills that are not, and all equals are ranked together.
            near = sorted(rank(number) for number in alone if left[number] <= last + _ROUNDING)
            least = max(rank(number)[0] for number in alone if left[number] == last)
            first = [each for each in near if each[0] <= least]
            yield from first
            done = {each[3] for each in first}
            alone = [number for number in alone if number not in done]
        yield from sorted(map(rank, alone))
