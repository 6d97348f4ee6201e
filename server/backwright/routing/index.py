"""Two indexes over what the skills declare: phrases by exact match, and words by weight."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from backwright.routing import weights
from backwright.routing.text import Words
from backwright.routing.trigger import Held, Kind, Phrase, Profile

Key: TypeAlias = "tuple[str, ...]"
Span: TypeAlias = "tuple[int, int]"
Postings: TypeAlias = "tuple[tuple[float, list[int]], ...]"
"""For each weight that a word has, the skills in which it has it."""


class Hit(NamedTuple):
    """Phrases that stand at one place of a text.

    Args:
        start: the position of the first token.
        end: the position after the last token.
        phrases: what is declared in these words, by one skill or by several.
        inside: what is declared in the longer stretch of the text that this place is part of; empty if in none.
        buried: whether it is a part of one long name, as `pool_size` is of `innodb_buffer_pool_size`.
    """

    start: int
    end: int
    phrases: tuple[Phrase, ...]
    inside: tuple[Phrase, ...] = ()
    buried: bool = False


class PhraseIndex:
    """A hash over token n-grams: one look-up for each length in which a phrase begins with a token."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        entries: defaultdict[Key, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            parts, wholes = phrase.tokens.parts, phrase.tokens.wholes
            if parts:
                entries[parts].append(phrase)
            if wholes and wholes != parts:
                entries[wholes].append(phrase)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for key in entries:
            lengths[key[0]].add(len(key))
        self._entries = {key: tuple(_telling(found)) for key, found in entries.items()}
        self._longest = max(map(len, entries), default=0)
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def find(self, text: Words) -> tuple[Hit, ...]:
        """Every phrase of the text with its place, the longest first, then in the order of the text."""
        parts, wholes, starts = text.parts, text.wholes, text.starts
        spans: dict[Span, tuple[Phrase, ...]] = {}
        for start, end, phrases in self._grams(parts, range(len(parts))):
            spans[start, end] = phrases
        if len(wholes) < len(parts):
            # A gram of wholes of one part each has been looked up already.
            joined = [number for number in range(len(wholes)) if starts[number + 1] - starts[number] > 1]
            first = max(joined[0] - self._longest + 1, 0)
            for start, end, phrases in self._grams(wholes, range(first, joined[-1] + 1)):
                span = starts[start], starts[end]
                known = spans.get(span)
                if known is None:
                    spans[span] = phrases
                elif known is not phrases:
                    spans[span] = tuple(dict.fromkeys((*known, *phrases)))
            return _longest_first(spans, _long_names(starts))
        return _longest_first(spans)

    def _grams(self, tokens: Key, starts: range) -> Iterator[tuple[int, int, tuple[Phrase, ...]]]:
        entries, lengths, count = self._entries, self._lengths, len(tokens)
        for start in starts:
            for length in lengths.get(tokens[start], ()):
                phrases = entries.get(tokens[start : start + length])
                if phrases is not None and start + length <= count:
                    yield start, start + length, phrases


def _long_names(starts: Sequence[int]) -> Mapping[int, Span]:
    """For each position in a name of many parts the place of the whole name."""
    names = (span for span in pairwise(starts) if span[1] - span[0] >= weights.LONG_NAME)
    return {position: span for span in names for position in range(*span)}


def _longest_first(
    spans: Mapping[Span, tuple[Phrase, ...]], names: Mapping[int, Span] = MappingProxyType({})
) -> tuple[Hit, ...]:
    owner: dict[int, Span] = {}
    hits = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        start, end = span
        if end - start == 1:
            outer = owner.get(start)
        else:
            owners = {owner.get(position) for position in range(start, end)}
            outer = owners.pop() if len(owners) == 1 else None
        for position in range(start, end):
            owner.setdefault(position, span)
        name = names.get(start)
        buried = name is not None and name != span and end <= name[1]
        hits.append(Hit(start, end, spans[span], () if outer is None else spans[outer], buried))
    return tuple(hits)


def _telling(phrases: Sequence[Phrase]) -> Iterable[Phrase]:
    """Without the weak phrases that so many skills declare that they tell none of them apart."""
    if len(phrases) <= weights.MOST_WEAK:
        return phrases
    weak = sum(phrase.kind is Kind.WEAK for phrase in phrases)
    return (phrase for phrase in phrases if phrase.kind is not Kind.WEAK or weak <= weights.MOST_WEAK)


class WordHit(NamedTuple):
    """A word of the request in a skill's name, triggers or description.

    Args:
        term: its stem.
        word: as the request holds it.
        held: where the skill holds it.
        share: its part of everything that the request's words could have reached, from 0 to 1.
    """

    term: str
    word: str
    held: Held
    share: float


class WordIndex:
    """BM25 over weighted fields, divided by what the request could have reached at most.

    Args:
        profiles: the skills; each is known by its place in them.

    Attributes:
        holders: for each word the skills that hold it.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = profiles
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for number, profile in enumerate(profiles):
            for term in profile.words:
                holders[term].append(number)
        self.holders = dict(holders)
        self._lists: dict[str, tuple[float, Postings]] = {}
        self._size = len(profiles) + weights.PRIOR_SKILLS
        self._unknown = self._rarity(0)

    def search(self, terms: Mapping[str, str]) -> Search:
        """What the words of a request say of each skill. `terms` is what `query_terms` gives."""
        lists = self._lists
        found = {term: lists.get(term) or self._grouped(term) for term in terms if term in self.holders}
        known = {term: rarity for term, (rarity, _) in found.items()}
        unknown = (len(terms) - len(known)) * self._unknown * weights.UNKNOWN_SHARE
        attainable = sum(known.values()) + unknown
        left = [1.0] * len(self._profiles)
        telling: set[int] = set()
        for rarity, postings in found.values():
            for weight, numbers in postings:
                piece = round(weights.WORDS * (rarity * weight / attainable), 3)
                if piece >= weights.LEAST_SHOWN:
                    telling.update(numbers)
                factor = 1 - piece
                for number in numbers:
                    left[number] *= factor
        return Search(self._profiles, terms, known, attainable, left, telling)

    def _grouped(self, term: str) -> tuple[float, Postings]:
        """How rare a word is, and the skills that hold it, those together for which it weighs the same.

        It is made when it is first asked for.
        """
        lists: defaultdict[float, list[int]] = defaultdict(list)
        for number in self.holders[term]:
            lists[self._profiles[number].words[term][0]].append(number)
        found = self._lists[term] = (self._rarity(len(self.holders[term])), tuple(lists.items()))
        return found

    def _rarity(self, holders: int) -> float:
        return math.log(1 + (self._size - holders + 0.5) / (holders + 0.5))


@dataclass(frozen=True, slots=True)
class Search:
    """What the words of one request say of each skill.

    Args:
        profiles: the skills.
        terms: the words of the request.
        known: those that any skill knows, with how rare each is.
        attainable: what all words together could have reached.
        left: for each skill, what its words leave open of the score: 1 where it knows none.
        telling: the skills of which at least one word is worth a line of evidence.
    """

    profiles: Sequence[Profile]
    terms: Mapping[str, str]
    known: Mapping[str, float]
    attainable: float
    left: Sequence[float]
    telling: set[int]

    def hits(self, number: int) -> list[WordHit]:
        """The words of the request that one skill knows, in the order of the request."""
        held, terms, attainable = self.profiles[number].words, self.terms, self.attainable
        return [
            # Half the time of WordHit(...), of which a request needs dozens.
            tuple.__new__(WordHit, (term, terms[term], weight[1], rarity * weight[0] / attainable))
            for term, rarity in self.known.items()
            if (weight := held.get(term)) is not None
        ]
