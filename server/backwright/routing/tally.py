"""What speaks for and against one skill, and the score that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple, TypeAlias

from backwright.routing import weights
from backwright.routing.decision import Evidence, EvidenceField, Match
from backwright.routing.index import Hit, WordHit
from backwright.routing.signs import Sign
from backwright.routing.stems import root
from backwright.routing.text import unspaced, words
from backwright.routing.trigger import DECISIVE, Kind, Phrase, SkillTerms

Place: TypeAlias = "tuple[int, int, int]"
"""The number of a text of the request, the first position in it, and the one after the last."""

_FIELDS: dict[Kind, EvidenceField] = {
    Kind.NAME: "name",
    Kind.STRONG: "strong",
    Kind.ALIAS: "alias",
    Kind.ALL_OF: "all_of",
    Kind.WEAK: "weak",
    Kind.NEGATIVE: "negative",
}
_TELLING: frozenset[EvidenceField] = frozenset({"name", "strong", "alias", "all_of", "sign"})
_NOTHING: frozenset[Kind] = frozenset()
# Two Han characters are one word, four are a phrase.
_CHARACTERS_OF_A_PHRASE = 4


class Scored(NamedTuple):
    """A skill with what its evidence comes to.

    Args:
        terms: the skill.
        score: from 0 to 1.
        pieces: the evidence, the heaviest first.
        decisive: whether it may be loaded without asking.
        by_phrase: whether a decisive phrase was found; words of a group that stand anywhere are a looser tie.
        by_sign: whether a sign in plain words was found.
        fires: whether it may be offered at all.
        removed: whether as much speaks against it as for it.
        doubtful: whether anything speaks against it.
    """

    terms: SkillTerms
    score: float
    pieces: tuple[Evidence, ...]
    decisive: bool
    by_phrase: bool
    by_sign: bool
    fires: bool
    removed: bool
    doubtful: bool

    @property
    def asked_by(self) -> frozenset[str]:
        """The words of the phrases that choose the skill."""
        phrases = (piece.term for piece in self.pieces if piece.field in {"name", "strong", "alias"})
        # Also as one word: `ModelSerializer` and `model_serializer` are the same place of a request.
        read = [words(phrase) for phrase in phrases]
        return frozenset(part for each in read for part in (*each.parts, "".join(each.parts)))

    @property
    def borne_out(self) -> bool:
        """Whether several different things speak for the skill, each enough to offer it."""
        return sum(piece.weight >= weights.SIGN and piece.field in _TELLING for piece in self.pieces) > 1

    @property
    def supported(self) -> bool:
        """Whether anything at all speaks for the skill."""
        return any(piece.weight > 0 for piece in self.pieces)

    def match(self) -> Match:
        """The skill as the router hands it out."""
        return Match(skill=self.terms.name, version=self.terms.version, score=self.score, evidence=self.pieces)


class Tally:
    """The evidence on one skill while a request is read; phrases count once, however often they stand there.

    Args:
        terms: the skill.
        foreign: the language of the files at hand, if it is none that the pack is about.
        stack: the other technology that the request names, if it names none of the pack's.
    """

    __slots__ = (
        "_against",
        "_around",
        "_decisive",
        "_for",
        "_groups",
        "_hit",
        "_negative",
        "_signs",
        "_weak",
        "_words",
        "foreign",
        "stack",
        "terms",
    )

    def __init__(self, terms: SkillTerms, foreign: str | None = None, stack: str | None = None) -> None:
        self.terms = terms
        self.foreign = foreign
        self.stack = stack
        self._decisive: dict[str, Evidence] = {}
        self._weak: dict[str, Evidence] = {}
        self._signs: tuple[Sign, ...] = ()
        self._negative: dict[str, Evidence] = {}
        self._groups: dict[int, set[str]] = {}
        self._words: Sequence[WordHit] = ()
        self._for: list[tuple[Phrase, Place]] = []
        self._against: list[Place] = []
        self._hit: Hit | None = None
        self._around: AbstractSet[Kind] = _NOTHING

    def add(self, phrase: Phrase, hit: Hit, text: int = 0) -> None:
        """Count a phrase of the text of this number, unless the longer stretch that it stands in says otherwise."""
        kind, inside = phrase.kind, hit.inside
        if hit is not self._hit:
            # The phrases of one place come one after the other, and have the same around them.
            self._hit = hit
            self._around = {outer.kind for outer in inside if outer.skill == phrase.skill} if inside else _NOTHING
        around = self._around
        decided = not around.isdisjoint(DECISIVE)
        if kind is Kind.NEGATIVE:
            if not decided:
                self._keep(self._negative, phrase, -weights.NEGATIVE)
                self._against.append((text, hit.start, hit.end))
        elif Kind.NEGATIVE in around:
            return
        elif kind is Kind.ALL_OF:
            self._groups.setdefault(phrase.group, set()).add(phrase.text)
        elif kind is Kind.WEAK:
            if not decided:
                self._keep(self._weak, phrase, weights.WEAK)
        elif not decided and (hit.buried or (inside and any(map(_overshadows, inside)))):
            self._keep(self._weak, phrase, weights.OVERSHADOWED)
        else:
            # Inside a longer phrase of its own it adds nothing to the score, but it holds against a negative term.
            self._keep(self._decisive, phrase, 0 if decided else _weight(phrase, hit))
            self._for.append((phrase, (text, hit.start, hit.end)))

    def add_at_hand(self, phrase: Phrase, field: Literal["path", "context"]) -> None:
        """Count a phrase that a path at hand holds, or what is known of the project."""
        if phrase.kind is not Kind.NEGATIVE and phrase.key not in self._decisive:
            self._weak.setdefault(phrase.key, Evidence(phrase.text, field, weights.PATH))

    def add_signs(self, signs: tuple[Sign, ...]) -> None:
        """Count signs in plain words."""
        self._signs = signs

    def add_words(self, found: Sequence[WordHit]) -> None:
        """Count the single words that the skill's name, triggers or description hold."""
        self._words = [*self._words, *found] if self._words else found

    def scored(self) -> Scored:
        """The skill with what was counted so far."""
        groups = self._complete_groups() if self._groups else []
        weak = self._weak_pieces() if self._weak else []
        signs = [Evidence(found, "sign", weight) for found, weight in self._signs]
        support = [*self._decisive.values(), *groups, *signs, *weak, *self._word_pieces()]
        against = list(self._negative.values())
        if self.foreign is not None:
            against.append(Evidence(self.foreign, "foreign", -weights.FOREIGN))
        if self.stack is not None:
            against.append(Evidence(self.stack, "foreign", -weights.FOREIGN_STACK))
        open_share = 1.0
        for piece in support:
            open_share *= 1 - piece.weight
        score = 1 - open_share
        for piece in against:
            score *= 1 + piece.weight
        shown = [piece for piece in support if piece.weight >= weights.LEAST_SHOWN]
        shown += against
        if len(shown) > 1:
            shown.sort(key=_order)
        by_phrase = bool(self._decisive)
        decisive = by_phrase or bool(groups)
        return Scored(
            self.terms,
            round(score, 3),
            tuple(shown),
            decisive,
            by_phrase,
            bool(signs),
            decisive or bool(signs) or _second(support) >= weights.SECOND_WORD,
            bool(self._negative) and self._removed(),
            bool(against),
        )

    def _complete_groups(self) -> list[Evidence]:
        # A skill has many, and a request says something of few.
        heard = ((self.terms.all_of[number], self._groups[number]) for number in sorted(self._groups))
        return [
            Evidence(" + ".join(group), "all_of", weights.ALL_OF) for group, found in heard if found.issuperset(group)
        ]

    def _removed(self) -> bool:
        """Whether as much speaks against as for the skill; what shares a word with a negative term is not for it."""
        keys = {place: phrase.key for phrase, place in self._for}
        clear = {key for place, key in keys.items() if not any(_meet(place, other) for other in self._against)}
        return len(clear) <= len(self._negative)

    def _weak_pieces(self) -> list[Evidence]:
        shares = {term: weights.WORDS * share for term, _, _, share in self._words}
        weak = sorted([_add(piece, shares.get(key, 0)) for key, piece in self._weak.items()], key=_order)
        return weak[: weights.WEAK_COUNTED]

    def _word_pieces(self) -> list[Evidence]:
        taken: set[str] = set(self._weak)
        for phrase, _ in self._for:
            tokens = phrase.tokens
            taken.update(map(root, tokens.parts))
            if tokens.wholes is not tokens.parts:
                taken.update(map(root, tokens.wholes))
        return [
            # Rounded as the index rounds. Half the time of Evidence(...), of which a request needs dozens.
            tuple.__new__(Evidence, (word, held, round(weights.WORDS * share, 3)))
            for term, word, held, share in self._words
            if term not in taken
        ]

    def _keep(self, kept: dict[str, Evidence], phrase: Phrase, weight: float) -> None:
        before = kept.get(phrase.key)
        if before is None or before.weight < weight:
            kept[phrase.key] = Evidence(phrase.text, _FIELDS[phrase.kind], weight)


def _second(support: Sequence[Evidence]) -> float:
    """The weight of the second piece of evidence."""
    return sorted(piece.weight for piece in support)[-2] if len(support) > 1 else 0.0


def _add(piece: Evidence, weight: float) -> Evidence:
    return piece._replace(weight=round(1 - (1 - piece.weight) * (1 - weight), 3))


def _weight(phrase: Phrase, hit: Hit) -> float:
    if phrase.kind is Kind.NAME:
        return weights.NAME
    needed = _CHARACTERS_OF_A_PHRASE if unspaced(phrase.text[-1:]) else 2
    return weights.STRONG_PHRASE if hit.end - hit.start >= needed else weights.STRONG_WORD


def _overshadows(outer: Phrase) -> bool:
    """Whether a skill's phrase takes the words in it away from other skills.

    The short phrases of an umbrella are another skill's subject and a general noun ("fastapi app"); they do not.
    """
    long = len(outer.tokens.wholes) >= weights.LONG_PHRASE
    return outer.kind in DECISIVE and (long or not outer.umbrella)


def _meet(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _order(piece: Evidence) -> tuple[float, str, str]:
    return (-abs(piece.weight), piece.field, piece.term)
