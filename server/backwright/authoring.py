"""A new skill beside those that are there: its examples are tried on the router before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from backwright.catalog.catalog import Catalog
from backwright.catalog.drafting import Draft, drafted
from backwright.catalog.skill import Skill
from backwright.errors import InvalidInputError
from backwright.routing.decision import Request, Routing
from backwright.routing.rooms import Rooms
from backwright.snapshot import terms_of

EXAMPLES: Final = 8
"""How many requests that must lead to a skill, and how many that must not, each skill has."""

_ASKED: Final = (
    "help me with {}",
    "how should I do {} in this service",
    "{} works on my machine and fails in CI",
    "review what I changed about {}",
    "what is the usual way to do {} here",
    "explain {} to me before I touch it",
    "we need {} in the new module",
    "hilf mir bitte bei {}",
    "¿me ayudas con {}?",
    "{} 怎么做",
)
_ELSEWHERE: Final = (
    "a short poem with the word {} in it",
    "what does {} mean in old English",
    "the word {} in a crossword puzzle",
    "translate {} into Italian for a menu",
)
_EVERYDAY: Final = (
    "book a table for two on Friday",
    "a birthday card for my aunt",
    "which shoes go with a grey suit",
    "the weather in Lisbon next week",
    "water the plants while I am away",
    "a recipe with lentils and lemon",
    "songs for a long drive",
    "how tall is the Eiffel tower",
)
_BORROWED: Final = 4
_LEAST_LETTERS: Final = 4


def author(catalog: Catalog, draft: Draft) -> Skill:
    """A new skill with examples that route as they say, beside the skills of a catalogue.

    What the author gives is used first; the rest is made from the triggers and the skills that are near.

    Raises:
        InvalidInputError: the name is taken, a value breaks a rule, an example that was given does not route as it
            should, or the triggers lead elsewhere.
    """
    if any(skill.name == draft.name for skill in catalog.skills):
        raise InvalidInputError(f"there is a skill {draft.name} already", hint="choose another name")
    skill = drafted(draft)
    rooms = Rooms(terms_of(each, quiet=each.name in catalog.quiet) for each in (*catalog.skills, skill))
    trial = _Trial(rooms, draft.name)
    trial.takes_nothing(catalog.skills)
    for text in draft.match:
        trial.must_lead(text)
    for text in draft.no_match:
        trial.must_not_lead(text)
    match = _filled(draft.match, (text for text in _asked(draft.phrases) if trial.leads(text)))
    if len(match) < EXAMPLES:
        raise _elsewhere(draft, trial, match)
    near = _near(skill, catalog.skills)
    made = chain(_parts(draft.phrases), islice((text for text in near if not trial.names(text)), _BORROWED), _EVERYDAY)
    no_match = _filled(draft.no_match, (text for text in made if not trial.names(text)))
    return drafted(replace(draft, match=match, no_match=no_match, borrowed=len(draft.no_match) < EXAMPLES))


class _Trial:
    """Requests tried on a router over the old skills and the new one."""

    def __init__(self, rooms: Rooms, name: str) -> None:
        self._rooms, self._name = rooms, name

    def route(self, text: str) -> Routing:
        return self._rooms.route(Request(text))

    def leads(self, text: str) -> bool:
        """Whether a request leads to the new skill before all others."""
        found = self.route(text)
        return found.decision in {"auto", "suggest"} and found.matches[0].skill == self._name

    def names(self, text: str) -> bool:
        """Whether the new skill is among the answers at all."""
        return self._name in [match.skill for match in self.route(text).matches]

    def takes_nothing(self, others: Iterable[Skill]) -> None:
        """Refuse triggers that take from another skill what its own examples say is its."""
        taken = [(other.name, text) for other in others for text in other.triggers.match if self.leads(text)]
        if taken:
            raise InvalidInputError(
                f"the triggers take requests from others: {taken[0][1][:80]!r} from {taken[0][0]}, {len(taken)} in all",
                hint="give a --trigger that no other skill has: two or three words that name the subject",
            )

    def must_lead(self, text: str) -> None:
        """Refuse an example that does not lead to the skill."""
        if not self.leads(text):
            found = self.route(text)
            where = found.matches[0].skill if found.matches else "no skill"
            raise InvalidInputError(
                f"the example {text[:80]!r} leads to {where}",
                hint="give a --trigger that stands in it and names the subject, or leave the example out",
            )

    def must_not_lead(self, text: str) -> None:
        """Refuse a near miss that leads to the skill."""
        if self.names(text):
            raise InvalidInputError(
                f"the near miss {text[:80]!r} leads to the new skill",
                hint="choose a --trigger that is more special, or leave the near miss out",
            )


def _filled(given: Sequence[str], made: Iterable[str]) -> tuple[str, ...]:
    """The given ones, and of the made ones so many that there are enough."""
    return tuple(islice(dict.fromkeys((*given, *made)), max(EXAMPLES, len(given))))


def _asked(phrases: Sequence[str]) -> Iterator[str]:
    """Requests with each phrase in turn, each in another sentence."""
    for start in range(len(_ASKED)):
        for number, phrase in enumerate(phrases):
            yield _ASKED[(start + number) % len(_ASKED)].format(phrase)


def _parts(phrases: Iterable[str]) -> Iterator[str]:
    """Requests from elsewhere with one word of a phrase of several."""
    words = [word for phrase in phrases if " " in phrase for word in phrase.split() if len(word) >= _LEAST_LETTERS]
    for number, word in enumerate(dict.fromkeys(words)):
        yield _ELSEWHERE[number % len(_ELSEWHERE)].format(word)


def _near(skill: Skill, others: Iterable[Skill]) -> tuple[str, ...]:
    """Requests that lead to other skills, those first that share the most words with the new one's description."""
    own = set(skill.description.casefold().split())
    texts = [text for other in others for text in other.triggers.match if text.isascii()]
    return tuple(sorted(texts, key=lambda text: -len(own & set(text.casefold().split()))))


def _elsewhere(draft: Draft, trial: _Trial, match: Sequence[str]) -> InvalidInputError:
    found = trial.route(next(text for text in _asked(draft.phrases) if not trial.leads(text)))
    where = f"to {found.matches[0].skill}" if found.matches else "to no skill"
    return InvalidInputError(
        f"only {len(match)} of {EXAMPLES} requests with {', '.join(draft.phrases)[:120]!r} lead to {draft.name}; "
        f"others lead {where}",
        hint="give a --trigger that no other skill has: two or three words that name the subject",
    )
