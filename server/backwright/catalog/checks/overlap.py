"""Two skills whose descriptions say the same, so that neither can be chosen before the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

MOST: Final = 0.75
_LEAST_WORDS: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")
_COMMON: Final = frozenset(
    {
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "by",
        "do",
        "for",
        "from",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "these",
        "they",
        "this",
        "to",
        "use",
        "used",
        "using",
        "when",
        "where",
        "which",
        "who",
        "with",
        "without",
        "you",
        "your",
        "skill",
        "task",
        "tasks",
    }
)


def words_of(text: str) -> frozenset[str]:
    """The words that tell one description from another."""
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _COMMON)


@lru_cache(maxsize=4)
def _index(
    descriptions: tuple[str, ...],
) -> tuple[tuple[frozenset[str], ...], Mapping[str, tuple[int, ...]], Mapping[str, int]]:
    words = tuple(words_of(text) for text in descriptions)
    places: dict[str, list[int]] = {}
    for number, each in enumerate(words):
        for word in each:
            places.setdefault(word, []).append(number)
    counts = Counter(word for each in words for word in each)
    return words, {word: tuple(numbers) for word, numbers in places.items()}, counts


def _find(subject: Subject, every: Sequence[Subject]) -> Iterator[Found]:
    words, places, counts = _index(tuple(other.skill.description for other in every))
    own = words_of(subject.skill.description)
    if len(own) < _LEAST_WORDS:
        return
    # Whoever shares three quarters of the words shares one of the rarest quarter, so that not all pairs are compared.
    rarest = sorted(own, key=lambda word: (counts[word], word))[: len(own) - int(MOST * len(own)) + 1]
    for number in sorted({number for word in rarest for number in places.get(word, ())}):
        other = every[number]
        # Each pair once, at the later of the two names.
        if other.skill.name >= subject.skill.name or len(words[number]) < _LEAST_WORDS:
            continue
        shared = len(own & words[number]) / max(len(own), len(words[number]))
        if shared > MOST:
            message = f"{shared:.0%} of the description's words are also those of {other.skill.name}"
            yield Found(subject.document, subject.line_of("description:"), message)


CHECK = Check(
    "OVERLAP",
    "quality",
    "Two descriptions that share more than three quarters of their words.",
    "say what each is for that the other is not, or make one of the two",
    _find,
)
