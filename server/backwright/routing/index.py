"""Two indexes over what the skills declare: phrases by exact match, and words by weight."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.routing import weights
from backwright.routing.text import Words, query_terms, words
from backwright.routing.trigger import Kind, Phrase, SkillTerms

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrases that stand at one place of a text.

    Args:
        start: the position of the first token.
        end: the position after the last token.
        phrases: what is declared in these words, by one skill or by several.
        inside: what is declared in the longer stretch of the text that this place is part of; empty if in none.
    """

    start: int
    end: int
    phrases: tuple[Phrase, ...]
    inside: tuple[Phrase, ...] = ()


class PhraseIndex:
    """A hash over token n-grams. An automaton would only pay above some 50,000 phrases."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        entries: defaultdict[Key, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            for key in dict.fromkeys((phrase.tokens.parts, phrase.tokens.wholes)):
                if key:
                    entries[key].append(phrase)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for key in entries:
            lengths[key[0]].add(len(key))
        self._entries = {key: tuple(found) for key, found in entries.items()}
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def find(self, text: Words) -> tuple[Hit, ...]:
        """Every phrase of the text with its place, the longest first, then in the order of the text."""
        spans: defaultdict[tuple[int, int], dict[Phrase, None]] = defaultdict(dict)
        whole_ends = text.starts
        for start, end, phrases in self._grams(text.parts):
            spans[start, end].update(dict.fromkeys(phrases))
        for start, end, phrases in self._grams(text.wholes):
            spans[whole_ends[start], whole_ends[end]].update(dict.fromkeys(phrases))
        return _longest_first({span: tuple(phrases) for span, phrases in spans.items()})

    def _grams(self, tokens: Key) -> Iterator[tuple[int, int, tuple[Phrase, ...]]]:
        for start, token in enumerate(tokens):
            for length in self._lengths.get(token, ()):
                phrases = self._entries.get(tokens[start : start + length])
                if phrases is not None and start + length <= len(tokens):
                    yield start, start + length, phrases


def _longest_first(spans: Mapping[tuple[int, int], tuple[Phrase, ...]]) -> tuple[Hit, ...]:
    owner: dict[int, tuple[int, int]] = {}
    hits = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        owners = {owner.get(position) for position in range(*span)}
        outer = owners.pop() if len(owners) == 1 else None
        for position in range(*span):
            owner.setdefault(position, span)
        hits.append(Hit(*span, phrases=spans[span], inside=() if outer is None else spans[outer]))
    return tuple(hits)


@dataclass(frozen=True, slots=True)
class WordHit:
    """A word of the request in a skill's name, triggers or description.

    Args:
        term: its stem.
        word: as the request holds it.
        described: whether the description alone holds it.
        share: its part of everything that the request's words could have reached, from 0 to 1.
    """

    term: str
    word: str
    described: bool
    share: float


class WordIndex:
    """BM25 over weighted fields, divided by what the request could have reached at most."""

    def __init__(self, skills: Sequence[SkillTerms], phrases: Iterable[Phrase]) -> None:
        triggers: defaultdict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            if phrase.kind not in {Kind.NAME, Kind.NEGATIVE}:
                triggers[phrase.skill].extend(query_terms(phrase.tokens))
        fields = [
            (list(query_terms(words(skill.name))), triggers[skill.name], list(query_terms(words(skill.description))))
            for skill in skills
        ]
        self._postings: defaultdict[str, dict[str, tuple[float, bool]]] = defaultdict(dict)
        for skill, columns in zip(skills, fields, strict=True):
            for term, weight in _weighted(columns).items():
                described = term not in columns[0] and term not in columns[1]
                self._postings[term][skill.name] = (weight / (weight + weights.SATURATION), described)
        self._size = len(skills) + weights.PRIOR_SKILLS

    def find(self, terms: Mapping[str, str]) -> dict[str, list[WordHit]]:
        """The words of a request that each skill knows. `terms` is what `query_terms` gives."""
        known = {term: self._rarity(len(self._postings[term])) for term in terms if term in self._postings}
        unknown = (len(terms) - len(known)) * self._rarity(0) * weights.UNKNOWN_SHARE
        attainable = sum(known.values()) + unknown
        found: defaultdict[str, list[WordHit]] = defaultdict(list)
        for term, rarity in known.items():
            for skill, (weight, described) in self._postings[term].items():
                found[skill].append(WordHit(term, terms[term], described, rarity * weight / attainable))
        return found

    def _rarity(self, holders: int) -> float:
        return math.log(1 + (self._size - holders + 0.5) / (holders + 0.5))


def _weighted(columns: tuple[list[str], list[str], list[str]]) -> dict[str, float]:
    weighted: defaultdict[str, float] = defaultdict(float)
    for terms, (factor, usual) in zip(columns, weights.FIELDS, strict=True):
        length = 1 - weights.LENGTH + weights.LENGTH * len(terms) / usual
        # A trigger list is no prose: that a word stands in ten phrases says nothing about how much it means.
        for term in dict.fromkeys(terms):
            weighted[term] += factor / length
    return weighted
