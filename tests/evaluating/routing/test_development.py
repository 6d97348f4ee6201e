"""The pack over the development prompts: what was reached once is kept.

The prompts were written before anything was measured on them, and have since been worked on: what the router reaches
here says how it was made, and not how it does on prompts that nobody has seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.evaluating.routing.figures import Figures, figures
from backwright.evaluating.routing.folds import dealt
from backwright.evaluating.routing.labels import parse_labels
from backwright.evaluating.routing.methods import Verdict, ours
from backwright.routing.rooms import Rooms
from backwright.settings import Settings
from backwright.snapshot import terms_of

LABELS = parse_labels((Path(__file__).parent / "labels" / "development.jsonl").read_bytes())


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    app = App(Settings(allow_unlocked=True))
    terms = tuple(terms_of(skill, quiet=False) for skill in app.catalog.skills)
    return ours(Rooms(terms, bodies=app.snapshot.body_words)).verdicts(LABELS)


@pytest.fixture(scope="module")
def reached(verdicts: tuple[Verdict, ...]) -> Figures:
    return figures(verdicts)


def test_the_set_has_requests_and_near_misses_of_each_kind() -> None:
    fitting = {label.category for label in LABELS if label.right}
    near = {label.category.removeprefix("neg-") for label in LABELS if not label.right}
    assert fitting == {
        *("trigger", "symptom", "terse", "error", "multi", "long", "typo"),
        *("de", "fr", "es", "zh", "ja", "pt", "ru"),
    }
    assert near == {
        *("frontend", "data", "devops", "cooking", "stack", "homonym", "mention", "python", "life", "far"),
        *("other", "tongues", "mixed"),
    }


def test_what_is_loaded_unasked_is_right_and_near_misses_load_next_to_nothing(reached: Figures) -> None:
    assert (reached.precision or 0) >= 0.97
    assert (reached.false_loads or 0) <= 0.02
    assert (reached.false_shown or 0) <= 0.06


def test_the_right_skill_is_first_and_among_three(reached: Figures) -> None:
    assert (reached.first or 0) >= 0.93
    assert (reached.recall or 0) >= 0.97


def test_what_holds_a_trigger_is_loaded_unasked(verdicts: tuple[Verdict, ...]) -> None:
    named = [one for one in verdicts if one.label.category in {"trigger", "terse", "error", "multi"}]
    assert (figures(named).loaded or 0) >= 0.93
    assert (figures(named).precision or 0) >= 0.98


def test_no_fold_falls_far_behind_the_others(verdicts: tuple[Verdict, ...]) -> None:
    parts = dealt(LABELS, 5)
    folds = [figures([one for one in verdicts if parts[one.label.id] == fold]) for fold in range(5)]
    assert [fold for fold, found in enumerate(folds) if (found.first or 0) < 0.84] == []
