"""What a skill declares about when it applies, and the phrases that the index makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Phrase:
    """One declared phrase of one skill.

    Args:
        skill: the name of the skill.
        kind: what it means for the skill.
        text: as declared.
        group: for `ALL_OF`, the number of its group; otherwise -1.
    """

    skill: str
    kind: Kind
    text: str
    group: int = -1


def phrases(terms: SkillTerms) -> Iterator[Phrase]:
    """Every phrase of a skill, in the order of its declaration."""
    yield Phrase(terms.name, Kind.NAME, terms.name)
    for text in terms.strong:
        yield Phrase(terms.name, Kind.STRONG, text)
    for language in sorted(terms.aliases):
        for text in terms.aliases[language]:
            yield Phrase(terms.name, Kind.ALIAS, text)
    for number, group in enumerate(terms.all_of):
        for text in group:
            yield Phrase(terms.name, Kind.ALL_OF, text, number)
    for text in terms.weak:
        yield Phrase(terms.name, Kind.WEAK, text)
    for text in terms.negative:
        yield Phrase(terms.name, Kind.NEGATIVE, text)
