"""That weighing only what is asked for gives what weighing everything would give."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backwright.routing.decision import Request
from backwright.routing.index import PhraseIndex, WordIndex
from backwright.routing.reading import read
from backwright.routing.rooms import Rooms
from backwright.routing.standings import Shelf, Standings
from backwright.routing.tally import Scored
from backwright.routing.thresholds import SHIPPED
from backwright.routing.trigger import SkillTerms, profile
from tests.routing._skills import SKILLS

VOCABULARY = [
    f"{start}{end}" for start in ("bra", "clo", "dri", "fle", "gro") for end in ("ke", "mp", "nt", "rk", "st")
]


def catalogue(draw: random.Random, size: int) -> tuple[SkillTerms, ...]:
    def said(least: int, most: int) -> tuple[str, ...]:
        return tuple(
            " ".join(draw.choices(VOCABULARY, k=draw.choice((1, 1, 2, 3)))) for _ in range(draw.randint(least, most))
        )

    return tuple(
        SkillTerms(
            name=f"{draw.choice(VOCABULARY)}-{number:03}",
            version="1.0.0",
            description=" ".join(said(1, 12)),
            strong=said(0, 2),
            weak=said(0, 4),
            negative=said(0, 1),
            all_of=tuple(said(2, 2) for _ in range(draw.randint(0, 1))),
            umbrella=draw.random() < 0.2,
        )
        for number in range(size)
    )


def shelf_of(skills: tuple[SkillTerms, ...]) -> Shelf:
    profiles = [profile(each) for each in sorted(skills, key=lambda skill: skill.name)]
    return Shelf(
        profiles=profiles,
        numbers={each.terms.name: number for number, each in enumerate(profiles)},
        umbrellas=frozenset(number for number, each in enumerate(profiles) if each.terms.umbrella),
        phrases=PhraseIndex(phrase for each in profiles for phrase in each.phrases),
        words=WordIndex(profiles),
    )


@given(
    seed=st.integers(0, 10_000),
    size=st.sampled_from((3, 12, 60)),
    words=st.sampled_from((1, 3, 8, 60)),
    paths=st.sampled_from(((), ("brake/clomp.py",), ("drint.go", "src/flerk-grost.ts"))),
    unknown=st.sampled_from((0, 3)),
)
def test_the_order_is_that_of_all_scores(
    seed: int, size: int, words: int, paths: tuple[str, ...], unknown: int
) -> None:
    draw = random.Random(seed)  # noqa: S311  nothing secret
    shelf = shelf_of(catalogue(draw, size))
    texts = draw.choices(VOCABULARY, k=words) + [f"zz{n}" for n in range(words * unknown)]
    reading = read(Request(" ".join(texts), paths=paths, keywords=tuple(draw.choices(VOCABULARY, k=2))))
    every = Standings(shelf, reading)
    ranked = sorted(map(every.scored, range(size)), key=lambda one: (-one.score, one.terms.umbrella, one.terms.name))
    specific = any(one.by_phrase and not one.removed and not one.terms.umbrella for one in ranked)
    standings = Standings(shelf, reading)
    assert standings.specific() == specific
    kept = [one for one in ranked if not one.removed]
    assert shown(standings.candidates(specific=specific)) == shown(
        one for one in kept if not (specific and one.terms.umbrella)
    )
    removed = [one for one in ranked if one.removed and one.supported]
    assert names(standings.removed(3)) == names(removed[:3])
    assert names(standings.yielding()) == names(
        one for one in kept if one.terms.umbrella and one.score >= SHIPPED.suggest
    )


def names(skills: Iterable[Scored]) -> list[tuple[str, float]]:
    return [(one.terms.name, one.score) for one in skills]


def shown(skills: Iterable[Scored]) -> list[tuple[str, float]]:
    """Those that a decision can speak of."""
    return names(one for one in skills if one.supported or (one.fires and one.score >= SHIPPED.suggest))


@given(seed=st.integers(0, 10_000), edited=st.sets(st.integers(0, 19)), texts=st.lists(st.sampled_from(VOCABULARY)))
def test_taking_over_what_did_not_change_changes_no_answer(seed: int, edited: set[int], texts: list[str]) -> None:
    draw = random.Random(seed)  # noqa: S311  nothing secret
    old = catalogue(draw, 20)
    new = tuple(
        replace(skill, description="Grost.", strong=("drint",)) if number in edited else skill
        for number, skill in enumerate(old[2:])
    )
    request = Request(" ".join(texts))
    assert Rooms(new, Rooms(old).profiles).route(request) == Rooms(new).route(request)


def test_the_profile_of_a_skill_that_did_not_change_is_taken_over() -> None:
    changed = replace(SKILLS[0], version="9.0.0")
    before = Rooms(SKILLS).profiles
    after = Rooms((changed, *SKILLS[1:]), before).profiles
    assert after[changed.name].terms is changed
    assert all(after[skill.name] is before[skill.name] for skill in SKILLS[1:])
