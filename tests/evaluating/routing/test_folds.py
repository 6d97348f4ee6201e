"""What is reported of a fold was not chosen on it."""

from __future__ import annotations

import pytest

from backwright.errors import InvalidInputError
from backwright.evaluating.routing.folds import CANDIDATES, cross_validate, dealt
from backwright.evaluating.routing.labels import Label
from backwright.evaluating.routing.methods import Method, Verdict
from backwright.routing.thresholds import SHIPPED, Thresholds

LABELS = tuple(
    Label(str(number), f"prompt {number}", ("a",) if number % 2 else (), category="odd" if number % 2 else "even")
    for number in range(20)
)


def strict(at: Thresholds) -> Method:
    """Offers on any score up to the threshold: each positive scores .4, each negative .3."""

    def says(label: Label) -> Verdict:
        score = 0.4 if label.right else 0.3
        return Verdict(label, "suggest" if score >= at.suggest else "none", ("a",), score)

    return Method("toy", says)


def test_folds_are_of_one_size_and_mixed_alike() -> None:
    parts = dealt(LABELS, 5)
    for fold in range(5):
        categories = [label.category for label in LABELS if parts[label.id] == fold]
        assert sorted(categories) == ["even", "even", "odd", "odd"]
    assert dealt(LABELS[::-1], 5) == parts


def test_thresholds_that_tell_both_kinds_apart_are_chosen_and_those_that_serve_before_their_equals() -> None:
    found = cross_validate(LABELS, 5, strict)
    assert set(found.chosen) == {SHIPPED}
    assert (found.best, found.shipped) == (SHIPPED, SHIPPED)
    assert (found.spreads["offered"].mean, found.spreads["false_shown"].mean) == (1.0, 0.0)
    assert "precision" not in found.spreads


def test_a_fold_is_judged_by_what_was_chosen_without_it() -> None:
    parts = dealt(LABELS, 5)

    def odd_one_out(at: Thresholds) -> Method:
        """Offering early is right everywhere but in the first fold, where it is as wrong as can be."""

        def says(label: Label) -> Verdict:
            early = at.suggest < SHIPPED.suggest
            shown = early != (parts[label.id] == 0) and bool(label.right)
            return Verdict(label, "suggest" if shown else "none", ("a",), 0.5)

        return Method("toy", says)

    found = cross_validate(LABELS, 5, odd_one_out)
    assert found.chosen[0].suggest < SHIPPED.suggest
    assert (found.spreads["offered"].low, found.spreads["offered"].high) == (0.0, 1.0)
    assert found.spreads["offered"].mean == pytest.approx(0.8)
    assert found.spreads["offered"].deviation == pytest.approx(0.4)


def test_what_serves_is_a_candidate() -> None:
    assert SHIPPED in CANDIDATES


@pytest.mark.parametrize(("count", "folds"), [(20, 2), (4, 5)])
def test_folds_that_leave_nothing_to_choose_on_are_refused(count: int, folds: int) -> None:
    with pytest.raises(InvalidInputError, match="folds"):
        cross_validate(LABELS[:count], folds, strict)
