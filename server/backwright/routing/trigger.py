"""What a skill declares about when it applies, and the phrases that the index makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from backwright.routing.text import Words, words

Room: TypeAlias = Literal["own", "guest", "quiet"]


class Kind(StrEnum):
    """What a phrase means for its skill; the value is the field that evidence names."""

    NAME = "name"
    STRONG = "strong"
    ALIAS = "alias"
    ALL_OF = "all_of"
    WEAK = "weak"
    NEGATIVE = "negative"


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
        key: the same for every spelling of the phrase.
    """

    skill: str
    kind: Kind
    text: str
    group: int = -1
    umbrella: bool = False
    tokens: Words = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tokens = words(self.text)
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "key", "".join(tokens.parts))


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
