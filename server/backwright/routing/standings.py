"""The skills that a request speaks for, best first; each is weighed closely only when its turn comes.

What the words say is a product that the index keeps for every skill. What phrases say at most is known before it is
known what they say exactly, and a skill that even so stays behind those that are asked for is never weighed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import prod
from typing import TypeAlias

from backwright.routing import weights
from backwright.routing.index import Hit, PhraseIndex, Search, WordIndex
from backwright.routing.reading import Reading
from backwright.routing.refusing import unrefused
from backwright.routing.signs import SignIndex
from backwright.routing.soundness import about_software, grounded
from backwright.routing.stacks import Stack
from backwright.routing.stems import root
from backwright.routing.tally import Scored, Tally
from backwright.routing.text import Words
from backwright.routing.thresholds import SHIPPED, Thresholds
from backwright.routing.trigger import Kind, Phrase, Profile

# A phrase of a skill, where it stands (None: not in a text), and in which text of the request, or else `_PATH` or
# `_CONTEXT`.
Heard: TypeAlias = "tuple[Phrase, Hit | None, int]"
# Orders skills: the score downwards, what is not weighed yet before what is, an umbrella last, then the name.
Rank: TypeAlias = "tuple[float, bool, bool, int]"

_PATH, _CONTEXT = -1, -2
_LEFT_BY_PATH = 1 - weights.PATH
_LEFT_BY_GROUP = 1 - weights.ALL_OF
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
        signs: the signs of all of them; None where they are not looked for.
        at: from which score on something is done.
    """

    profiles: Sequence[Profile]
    numbers: Mapping[str, int]
    umbrellas: frozenset[int]
    phrases: PhraseIndex
    words: WordIndex
    signs: SignIndex | None = None
    at: Thresholds = SHIPPED


def _hits(phrases: PhraseIndex, reading: Reading, before: Standings | None) -> list[Sequence[Hit]]:
    """The phrases of each text; those of a rendering count in passing, unless several words of software meet."""
    found = {id(text): hits for text, hits in zip(before.texts, before.found, strict=True)} if before else {}
    own = len(reading.texts) - reading.renderings
    hits: list[Sequence[Hit]] = [
        found.get(id(text)) or unrefused(phrases.find(text), text) for text in reading.texts[:own]
    ]
    for text in reading.texts[own:]:
        said = phrases.find(text)
        sound = about_software((text,), (said,), bare=False)
        hits.append([hit if sound and hit.end - hit.start > 1 else hit._replace(buried=True) for hit in said])
    return hits


class Standings:
    """How the skills of a shelf stand in one request.

    Args:
        shelf: the skills.
        reading: the request.
        before: the standings after a first look at it; of the same texts the phrases are not looked up again.

    Attributes:
        texts: the texts of the request.
        found: the phrases of each.
        hits: the same; in a request about something else what only sounds like software counts in passing.
    """

    def __init__(self, shelf: Shelf, reading: Reading, before: Standings | None = None) -> None:
        self.texts = reading.texts
        self.found: Sequence[Sequence[Hit]] = _hits(shelf.phrases, reading, before)
        self.hits = grounded(reading.texts, self.found)
        self._shelf = shelf
        self._foreign = reading.foreign
        self._stack = reading.stack
        self._at_home = frozenset[int]() if reading.stack is None else self._about(reading.stack)
        # What another technology leaves of a score: for a skill that is about it, and for all others.
        self._kept_at_home = 1.0 if reading.foreign is None else 1 - weights.FOREIGN
        self._kept = self._kept_at_home * (1.0 if reading.stack is None else 1 - weights.FOREIGN_STACK)
        self._terms = reading.terms
        self._many = len(reading.terms) > _MANY_WORDS
        self._heard: dict[int, list[Heard]] = {}
        self._left: dict[int, float] = {}
        self._decisive: set[int] = set()
        self._against: set[int] = set()
        self._signs = shelf.signs.find(reading.texts) if shelf.signs is not None else {}
        self._listen(reading)
        self._scored: dict[int, Scored] = {}

    @cached_property
    def _search(self) -> Search:
        return self._shelf.words.search(self._terms)

    @property
    def at(self) -> Thresholds:
        """From which score on something is done."""
        return self._shelf.at

    @property
    def by_phrase(self) -> bool:
        """Whether a decisive phrase was heard at all."""
        return bool(self._decisive)

    def sound(self) -> bool:
        """Whether the request is about software, so that phrases of everyday words may be taken at their word."""
        return about_software(self.texts, self.hits)

    def scored(self, number: int) -> Scored:
        """One skill, weighed."""
        found = self._scored.get(number)
        if found is None:
            stack = None if self._stack is None or number in self._at_home else self._stack.name
            tally = Tally(self._shelf.profiles[number].terms, self._foreign, stack)
            for phrase, hit, text in self._heard.get(number, ()):
                if hit is None:
                    tally.add_at_hand(phrase, "path" if text == _PATH else "context")
                else:
                    tally.add(phrase, hit, text)
            tally.add_signs(self._signs.get(number, ()))
            tally.add_words(self._search.hits(number))
            found = self._scored[number] = tally.scored()
        return found

    def _about(self, stack: Stack) -> frozenset[int]:
        """The skills that are about another technology; a description may name it to say that the skill is not."""
        if not stack.words:
            return frozenset()
        roots, words = set(map(root, stack.words)), self._shelf.words
        holding = set.intersection(*(set(words.holders.get(word, ())) for word in roots))
        profiles = self._shelf.profiles
        return frozenset(
            number for number in holding if all(profiles[number].words[word][1] == "words" for word in roots)
        )

    def specific(self) -> bool:
        """Whether a decisive phrase or a long sign of a skill that does not yield was found, and nothing removes it."""
        signs = (number for number, found in self._signs.items() if found[0][1] >= weights.LONG_SIGN)
        numbers = self._decisive.union(signs) - self._shelf.umbrellas
        return any((one.by_phrase or one.by_sign) and not one.removed for one in map(self.scored, numbers))

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
        touched = [number for number in self._shelf.umbrellas if self._bound(number) >= self.at.suggest]
        ranked = self._ranked(touched, iter(()))
        return [one for one in ranked if not one.removed and one.score >= self.at.suggest]

    def _listen(self, reading: Reading) -> None:
        """Note which phrases stand in the request, and where."""
        for number, signs in self._signs.items():
            self._heard[number] = []
            self._left[number] = prod(1 - weight for _, weight in signs)
        groups: dict[tuple[int, int], list[Heard]] = {}
        for text, hits in enumerate(self.hits):
            self._listen_in(text, hits, groups)
        for (number, group), found in groups.items():
            # Most are heard in part, which says nothing of the skill.
            if {each[0].text for each in found}.issuperset(self._shelf.profiles[number].terms.all_of[group]):
                self._heard.setdefault(number, []).extend(found)
                self._left[number] = self._left.get(number, 1.0) * _LEFT_BY_GROUP
        for place, at_hand in ((_PATH, reading.paths), (_CONTEXT, reading.context)):
            for tokens in at_hand:
                self._listen_at_hand(tokens, place)

    def _listen_in(self, text: int, hits: Iterable[Hit], groups: dict[tuple[int, int], list[Heard]]) -> None:
        """Note the phrases of the text of this number; those of groups apart, by skill and group."""
        heard, left, numbers = self._heard, self._left, self._shelf.numbers
        for hit in hits:
            for phrase in hit.phrases:
                number = numbers[phrase.skill]
                if phrase.group >= 0:
                    groups.setdefault((number, phrase.group), []).append((phrase, hit, text))
                    continue
                if number in heard:
                    heard[number].append((phrase, hit, text))
                    left[number] *= phrase.leaves
                else:
                    heard[number] = [(phrase, hit, text)]
                    left[number] = phrase.leaves
                if phrase.decisive:
                    self._decisive.add(number)
                elif phrase.kind is Kind.NEGATIVE:
                    self._against.add(number)

    def _listen_at_hand(self, tokens: Words, place: int) -> None:
        for hit in self._shelf.phrases.find(tokens):
            for phrase in hit.phrases:
                number = self._shelf.numbers[phrase.skill]
                self._heard.setdefault(number, []).append((phrase, None, place))
                self._left[number] = self._left.get(number, 1.0) * _LEFT_BY_PATH

    def _ranked(self, numbers: Iterable[int], others: Iterator[Rank]) -> Iterator[Scored]:
        """Some skills, and others whose rank is known, best first."""
        umbrellas = self._shelf.umbrellas
        if self._foreign is None and self._stack is None:
            said, heard = self._search.left, self._left
            bounds = [(1 - said[number] * heard.get(number, 1.0) + _ROUNDING, number) for number in numbers]
        else:
            bounds = [(self._bound(number), number) for number in numbers]
        queue: list[Rank] = [(-bound, False, number in umbrellas, number) for bound, number in bounds]
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
        left = self._search.left[number] * self._left.get(number, 1.0)
        return self._of_language(1 - left, number) + _ROUNDING

    def _of_language(self, score: float, number: int) -> float:
        return score * (self._kept_at_home if number in self._at_home else self._kept)

    def _by_words(self, out: frozenset[int]) -> Iterator[Rank]:
        """The ranks of the skills of which the request holds words and no phrase, best first."""
        left, numbers = self._search.left, self._search.telling
        if self._many:
            most = 1 - (self.at.suggest - _ROUNDING) / self._kept_at_home
            numbers = numbers.union(number for number, open_ in enumerate(left) if open_ <= most)
        alone = numbers.difference(self._heard, out)
        if self._stack is None:
            return self._lazily(alone, self._kept)
        own = alone.intersection(self._at_home)
        return heapq.merge(self._lazily(own, self._kept_at_home), self._lazily(alone - own, self._kept))

    def _lazily(self, alone: set[int], kept: float) -> Iterator[Rank]:
        """The ranks of skills of which only words are known, best first; the first of them before all others."""
        left, umbrellas = self._search.left, self._shelf.umbrellas

        def rank(number: int) -> Rank:
            return -round((1 - left[number]) * kept, 3), True, number in umbrellas, number

        if len(alone) > _FIRST:
            last = heapq.nsmallest(_FIRST, map(left.__getitem__, alone))[-1]
            # Rounding makes equals of skills that are not, and all equals are ranked together.
            near = sorted(rank(number) for number in alone if left[number] <= last + _ROUNDING)
            least = -round((1 - last) * kept, 3)
            first = [each for each in near if each[0] <= least]
            yield from first
            alone = alone.difference(each[3] for each in first)
        yield from sorted(map(rank, alone))
