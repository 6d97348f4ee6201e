"""A request in another language, word by word in English, so that what a skill declares in English is found there.

The order of the words is kept, the grammar is not: signs, and the search of single words, need neither. Words that are
not known stay as they are, for the names of software are the same in all languages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from backwright.routing.glossary import glossary
from backwright.routing.text import Words, unspaced, words

# Words that hardly a sentence does without, by which a language is known.
_MARKS: Final[Mapping[str, str]] = {
    "en": "the and is of to my our we it with for this that when how what are not from you i be have has which does",
    "de": "der die das und ist nicht wir ich ein eine einen dem den des mit von zu auf fur bei wie uns unser unsere im "
    "werden soll sollen wird sich auch wenn bitte mein meine ohne nach aber noch sind warum kann man zum zur einem",
    "fr": "le la les des un une est et dans pour que qui avec sur nous notre nos au aux du ce cette je il elle ne pas "
    "comment sans par mais quand y de mon ma mes sont fait",
    "es": "el la los las un una es y en para que con por nos nuestro nuestra se como cuando del al lo esta este hay mi "
    "cada de nuestros muy pero hasta",
    "pt": "o os um uma e em para que com por nosso nossa se como quando nao da dos das na ao esta meu minha mais de "
    "tem sao pelo pela mas todas",
}
# Looked for in this order: what is Japanese holds Chinese characters too.
_SCRIPTS: Final = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
# So many of its small words make a text English, whatever it quotes.
_SURE: Final = 3
# Letters of an ending, and of one that only inflects.
_ENDING: Final = 4
_INFLECTION: Final = 2
# `l'image` is read as one word.
_ELIDED: Final = re.compile("[ldjsnmct][aeiouyh]")
_PHRASES: Final = (4, 3, 2)
_SHORT: Final = 3
_COMPOUND: Final = 8
_LONG: Final = 6
# A word that begins as its English one may be English.
_ALIKE: Final = 3
# So few words may do without any mark of their language.
_TERSE: Final = 5
_JOINTS: Final = ("", "s", "n", "es", "en")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A request in English words.

    Args:
        text: the words.
        known: the words of the request that were rendered, as they were written; of scripts without spaces none.
    """

    text: Words
    known: frozenset[str]


def rendered(text: Words) -> Rendering | None:
    """A text word by word in English; None if it is English, or in a language that is not known."""
    language = language_of(text)
    if language is None:
        return None
    said: list[str] = []
    known: set[str] = set()
    table = _table(language)
    for is_unspaced, run in groupby(text.surface, unspaced):
        if is_unspaced:
            said.extend(_longest_matches("".join(run), table))
        else:
            _render(tuple(run), language, said, known)
    return Rendering(words(" ".join(said)), frozenset(known)) if said else None


def _render(run: Sequence[str], language: str, said: list[str], known: set[str]) -> None:
    """Some words of a language, in English."""
    table, marks = _table(language), _marks().get(language, frozenset())
    at = 0
    while at < len(run):
        length = next((size for size in _PHRASES if " ".join(run[at : at + size]) in table), 1)
        english = table.get(" ".join(run[at : at + length])) if length > 1 else None
        if english is None and run[at] not in marks:
            english = _english(run[at], table, language)
        if english is not None:
            known.update(run[at : at + length])
        if english is not None or run[at] not in marks:
            said.append(english or run[at])
        at += length


def language_of(text: Words) -> str | None:
    """The language of a text, if it is one that there is a glossary for."""
    marks = _marks()
    if len(marks["en"].intersection(text.surface)) >= _SURE:
        return None
    whole = "".join(text.surface)
    script = None if whole.isascii() else next((each for each, found in _SCRIPTS.items() if found.search(whole)), None)
    if script is not None:
        return script
    surface = set(text.surface)
    counts = {language: len(known & surface) for language, known in marks.items()}
    english = counts.pop("en")
    most = max(counts.values())
    if most > english:
        return max((each for each in counts if counts[each] == most), key=lambda each: _told(surface, each))
    if most or english or len(surface) > _TERSE:
        return None
    best = max(counts, key=lambda each: _told(surface, each))
    return best if _told(surface, best) else None


def _told(surface: Collection[str], language: str) -> int:
    """How many longer words of a text are of a language and not English as well."""
    table = _table(language)
    found = ((word, _english(word, table, language)) for word in surface if len(word) >= _LONG)
    return sum(english is not None and english[:_ALIKE] != word[:_ALIKE] for word, english in found)


@cache
def _marks() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(marks.split()) for language, marks in _MARKS.items()}


@cache
def _table(language: str) -> Mapping[str, str]:
    # As a request is read: without accents, in lower case.
    return {_joined(words(other).surface): english for other, english in glossary(language).items()}


def _joined(surface: Sequence[str]) -> str:
    return ("" if any(map(unspaced, surface)) else " ").join(surface)


def _longest_matches(run: str, table: Mapping[str, str]) -> Iterator[str]:
    longest = max(map(len, table))
    at = 0
    while at < len(run):
        end = next((end for end in range(min(at + longest, len(run)), at, -1) if run[at:end] in table), None)
        if end is None:
            at += 1
        else:
            yield table[run[at:end]]
            at = end


def _english(word: str, table: Mapping[str, str], language: str) -> str | None:
    english = _without_ending(word, table, _ENDING)
    if language == "de" and len(word) >= _COMPOUND and _without_ending(word, table, _INFLECTION) is None:
        parts = (_compound(word, at, table) for at in range(_SHORT, len(word) - _SHORT))
        english = next(filter(None, parts), english)
    if english is None and language == "fr" and _ELIDED.match(word):
        english = _without_ending(word[1:], table, _ENDING)
    return english


def _without_ending(word: str, table: Mapping[str, str], longest: int) -> str | None:
    for end in range(len(word), max(len(word) - longest, _SHORT) - 1, -1):
        # What is left of a long word in three letters is hardly its meaning.
        if word[:end] in table and (end > _SHORT or len(word) <= _SHORT + 1):
            return table[word[:end]]
    return None


def _compound(word: str, at: int, table: Mapping[str, str]) -> str | None:
    """The two parts of a word such as `Datenbankabfrage`."""
    tail = _without_ending(word[at:], table, _INFLECTION)
    heads = (word[: at - len(joint)] for joint in _JOINTS if word[:at].endswith(joint))
    head = next((table[head] for head in heads if head in table), None) if tail else None
    return f"{head} {tail}" if head and tail else None
