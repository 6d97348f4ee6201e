"""Thresholds by nested cross-validation, so that what is reported was never what was chosen on.

The labels are dealt into folds, by category. For each fold the thresholds are chosen on the others, as those that do
best on the mean of these, and the fold is routed with them once. What is reported is the mean over the folds and how
far they spread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from statistics import fmean, pstdev
from typing import Final

from backwright.errors import InvalidInputError
from backwright.evaluating.routing.figures import Figures, figures
from backwright.evaluating.routing.labels import Label
from backwright.evaluating.routing.methods import Method, Verdict
from backwright.routing.thresholds import SHIPPED, Thresholds

FIGURES: Final = (
    "first", "recall", "mrr", "loaded", "precision", "offered", "false_loads", "false_shown", "abstention",
)  # fmt: skip
"""The figures of which mean and spread are told, by the field of `Figures`."""

CANDIDATES: Final = tuple(
    Thresholds(auto, margin, suggest)
    for auto, margin, suggest in product((0.65, 0.72), (0.08, 0.12), (0.25, 0.3, 0.36, 0.42, 0.46))
)
"""What is chosen among; the scores that one strong word, a sign, or two good words come to lie between them."""

_MOST_FALSE_LOADS: Final = 0.02
_MOST_FALSE_OFFERS: Final = 0.1
_LEAST_PRECISION: Final = 0.98


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over the folds: its mean, its standard deviation, the lowest and the highest."""

    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Validation:
    """What cross-validation came to.

    Args:
        folds: how many.
        spreads: each figure over the folds, by its field.
        chosen: the thresholds that each fold was routed with.
        best: those that do best on all labels; what one would ship.
        shipped: those that serve.
    """

    folds: int
    spreads: Mapping[str, Spread]
    chosen: tuple[Thresholds, ...]
    best: Thresholds
    shipped: Thresholds = SHIPPED


def cross_validate(labels: Sequence[Label], folds: int, method: Callable[[Thresholds], Method]) -> Validation:
    """Cross-validate the thresholds over some labels.

    Args:
        labels: the prompts.
        folds: how many parts; at least two more than one, for each choice needs parts to compare on.
        method: the router with given thresholds.

    Raises:
        InvalidInputError: there are too few folds, or fewer labels than would fill them.
    """
    if folds < 3 or len(labels) < folds:  # noqa: PLR2004  one to judge by, two to choose on
        raise InvalidInputError(f"{folds} folds of {len(labels)} labels", hint="take 3 folds or more, of more labels")
    parts = dealt(labels, folds)
    said = {each: _by_fold(method(each).verdicts(labels), parts, folds) for each in CANDIDATES}
    worth = {each: [_worth(figures(fold)) for fold in found] for each, found in said.items()}
    chosen = tuple(_best(worth, [other for other in range(folds) if other != fold]) for fold in range(folds))
    judged = [figures(said[chosen[fold]][fold]) for fold in range(folds)]
    spreads = {
        field: _spread(values)
        for field in FIGURES
        if (values := [value for row in judged if (value := getattr(row, field)) is not None])
    }
    return Validation(folds, spreads, chosen, _best(worth, range(folds)))


def dealt(labels: Sequence[Label], folds: int) -> Mapping[str, int]:
    """The fold of each label: those of a category in turn, in an order that depends on nothing but their prompts."""
    turn: Counter[str] = Counter()
    parts: dict[str, int] = {}
    for label in sorted(labels, key=lambda label: sha256(label.prompt.encode()).digest()):
        kind = f"{label.category} {bool(label.right)}"
        parts[label.id] = turn[kind] % folds
        turn[kind] += 1
    return parts


def _by_fold(verdicts: Sequence[Verdict], parts: Mapping[str, int], folds: int) -> list[list[Verdict]]:
    return [[one for one in verdicts if parts[one.label.id] == fold] for fold in range(folds)]


def _worth(found: Figures) -> float:
    """What is loaded and offered right, less what breaks a bound; a breach costs more than it can bring."""
    over = max((found.false_loads or 0.0) - _MOST_FALSE_LOADS, 0.0) + max(
        (found.false_shown or 0.0) - _MOST_FALSE_OFFERS, 0.0
    )
    under = 0.0 if found.precision is None else max(_LEAST_PRECISION - found.precision, 0.0)
    return (found.loaded or 0.0) + (found.offered or 0.0) - 5 * (over + under)


def _best(worth: Mapping[Thresholds, Sequence[float]], folds: Sequence[int]) -> Thresholds:
    """The thresholds that are worth most on the mean of some folds; of equals, those that serve, or the strictest."""

    def key(each: Thresholds) -> tuple[float, bool, float, float, float]:
        mean = round(fmean(worth[each][fold] for fold in folds), 6)
        return mean, each == SHIPPED, each.auto, each.margin, each.suggest

    return max(worth, key=key)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(fmean(values), pstdev(values), min(values), max(values))
