"""What a skill declares about when it applies, and what the indexes make of it: its phrases and its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Literal, TypeAlias

from backwright.routing import weights
from backwright.routing.stems import root
from backwright.routing.text import Words, query_terms, words

Room: TypeAlias = Literal["own", "guest", "quiet"]

Held: TypeAlias = Literal["words", "description", "body"]
"""Where a skill holds a word, the weightiest place alone: name or triggers, description, instructions."""

WordWeight: TypeAlias = "tuple[float, Held]"
"""How much a word says of a skill, from 0 to 1, and where the skill holds it."""

Slot: TypeAlias = "tuple[tuple[str, ...], ...]"
"""What fills one place of a sign: any of some words or phrases, by their roots."""


class Kind(StrEnum):
    """What a phrase means for its skill; the value is the field that evidence names."""

    NAME = "name"
    STRONG = "strong"
    ALIAS = "alias"
    ALL_OF = "all_of"
    WEAK = "weak"
    NEGATIVE = "negative"


DECISIVE = frozenset({Kind.NAME, Kind.STRONG, Kind.ALIAS})

_LEAVES: Mapping[Kind, float] = {
    Kind.NAME: 1 - weights.NAME,
    Kind.STRONG: 1 - weights.STRONG_PHRASE,
    Kind.ALIAS: 1 - weights.STRONG_PHRASE,
    Kind.ALL_OF: 1 - weights.ALL_OF,
    Kind.WEAK: 1 - weights.WEAK,
    Kind.NEGATIVE: 1.0,
}


@dataclass(frozen=True, slots=True)
class SkillTerms:
    """The trigger metadata of one skill, as the catalogue holds it.

    Args:
        name: the skill's name, kebab-case.
        version: the version that answers when no range is asked for.
        description: its one-paragraph description.
        strong: words and phrases that choose the skill.
        weak: words that support it and never choose it alone.
        aliases: strong phrases in other languages, by language code.
        negative: words and phrases that speak against it (homonyms, other stacks).
        all_of: groups of terms that choose the skill when all of a group are present.
        signs: groups of plain words that offer the skill when all of a group stand near each other, as in
            ("slow | crawls", "query | report"), where one word of each will do.
        umbrella: whether it yields to a more specific skill that fits as well.
        room: whose it is: `own`; `guest`, another party's, which goes behind; or `quiet`, which is found by name only.
    """

    name: str
    version: str
    description: str
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    negative: tuple[str, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    signs: tuple[tuple[str, ...], ...] = ()
    umbrella: bool = False
    room: Room = "own"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One declared phrase of one skill.

    Args:
        skill: the name of the skill.
        kind: what it means for the skill.
        text: as declared.
        group: for `ALL_OF`, the number of its group; otherwise -1.
        umbrella: whether the skill is one that yields.
        tokens: the text as the index reads it.
        key: the same for every spelling of the phrase, by roots.
        decisive: whether it may choose its skill.
        leaves: what it leaves open of the score at least, wherever it stands in a text.
    """

    skill: str
    kind: Kind
    text: str
    group: int = -1
    umbrella: bool = False
    tokens: Words = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)
    decisive: bool = field(init=False, repr=False, compare=False)
    leaves: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tokens = words(self.text)
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "key", "".join(map(root, tokens.parts)))
        object.__setattr__(self, "decisive", self.kind in DECISIVE)
        object.__setattr__(self, "leaves", _LEAVES[self.kind])


def phrases(terms: SkillTerms) -> Iterator[Phrase]:
    """Every phrase of a skill, in the order of its declaration."""
    for kind, text, group in _declared(terms):
        yield Phrase(terms.name, kind, text, group, terms.umbrella)


def _declared(terms: SkillTerms) -> Iterator[tuple[Kind, str, int]]:
    yield Kind.NAME, terms.name, -1
    yield from ((Kind.STRONG, text, -1) for text in terms.strong)
    for language in sorted(terms.aliases):
        yield from ((Kind.ALIAS, text, -1) for text in terms.aliases[language])
    for number, group in enumerate(terms.all_of):
        yield from ((Kind.ALL_OF, text, number) for text in group)
    yield from ((Kind.WEAK, text, -1) for text in terms.weak)
    yield from ((Kind.NEGATIVE, text, -1) for text in terms.negative)


@dataclass(frozen=True, slots=True)
class Profile:
    """A skill as the indexes read it; it depends on no other skill, so a new catalogue takes it over.

    Args:
        terms: what the skill declares.
        signs: its signs, by their roots.
        words: its words, with their weights.
    """

    terms: SkillTerms
    phrases: tuple[Phrase, ...]
    signs: tuple[tuple[Slot, ...], ...]
    words: Mapping[str, WordWeight]

    def with_body(self, body: Collection[str]) -> Profile:
        """The same of a skill of which the words of its instructions are known as well."""
        return replace(self, words=_words(self.terms, self.phrases, body)) if body else self


def profile(terms: SkillTerms) -> Profile:
    """The profile of a skill by what it declares."""
    declared = tuple(phrases(terms))
    signs = tuple(tuple(map(_slot, group)) for group in terms.signs)
    return Profile(terms, declared, signs, _words(terms, declared))


def _slot(written: str) -> Slot:
    return tuple(tuple(map(root, words(one).parts)) for one in written.split("|"))


def _words(terms: SkillTerms, declared: Iterable[Phrase], body: Collection[str] = ()) -> dict[str, WordWeight]:
    triggers = [
        term
        for phrase in declared
        if phrase.kind is not Kind.NAME and phrase.kind is not Kind.NEGATIVE
        for term in query_terms(phrase.tokens)
    ]
    signs = [term for group in terms.signs for slot in group for term in query_terms(words(slot))]
    triggers += dict.fromkeys(signs)
    return _weighed(query_terms(words(terms.name)), triggers, query_terms(words(terms.description)), body)


def _weighed(*columns: Collection[str]) -> dict[str, WordWeight]:
    """The words of the fields, which come in the order of `weights.FIELDS`, with their weights."""
    # A trigger list is no prose: that a word stands in ten phrases says nothing about how much it means.
    name, triggers, description, body = (frozenset(column) for column in columns)
    factors = [
        factor / (1 - weights.LENGTH + weights.LENGTH * len(column) / usual)
        for column, (factor, usual) in zip(columns, weights.FIELDS, strict=True)
    ]

    @cache
    def weight(*there: bool) -> WordWeight:
        found = 0.0
        for factor, holds in zip(factors, there, strict=True):
            found += factor if holds else 0.0
        held: Held = "words" if there[0] or there[1] else "description" if there[2] else "body"
        # Skills in which a word weighs alike are found together, and a hundredth tells none of them apart.
        return round(found / (found + weights.SATURATION), 2), held

    found = dict.fromkeys(body - description, weight(False, False, False, True))  # noqa: FBT003  a field each
    found.update((term, weight(False, False, True, term in body)) for term in description)  # noqa: FBT003
    found.update(
        (term, weight(term in name, term in triggers, term in description, term in body)) for term in name | triggers
    )
    return found
