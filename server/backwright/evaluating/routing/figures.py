"""What the verdicts of a method come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from backwright.evaluating.routing.methods import Verdict

_RECALL = 3
_BINS = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a method over some labels; None where there is nothing to count.

    Args:
        positives: prompts for which a skill is right.
        negatives: prompts for which none is.
        first: of the positives, how many have a right skill first, whatever the tier.
        recall: of the expected skills, how many are among the first three, at most three a prompt.
        mrr: the mean of one divided by the place of the first right skill.
        loaded: of the positives, how many load a right skill unasked.
        precision: of what is loaded, how much is right.
        offered: of the positives, how many show a right skill.
        false_loads: of the negatives, how many load something.
        false_shown: of the negatives, how many show something.
        near: prompts that only seem to be for a skill.
        near_loaded: of these, how many load that skill.
        near_shown: of these, how many show it.
        abstention: F1 of saying nothing where nothing fits.
        versions: of the prompts that ask for a version, how many get it.
        median: milliseconds a prompt.
        slowest: milliseconds that 99 of 100 prompts stay below.
    """

    positives: int
    negatives: int
    first: float | None
    recall: float | None
    mrr: float | None
    loaded: float | None
    precision: float | None
    offered: float | None
    false_loads: float | None
    false_shown: float | None
    near: int
    near_loaded: float | None
    near_shown: float | None
    abstention: float | None
    versions: float | None
    median: float
    slowest: float


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """The figures of some verdicts."""
    positive = [one for one in verdicts if one.label.right]
    near = [one for one in verdicts if one.label.wrong]
    negative = [one for one in verdicts if not one.label.right and not one.label.wrong]
    silent = [one for one in verdicts if one.tier == "none" and not one.label.wrong]
    loading = [one for one in verdicts if one.tier == "auto"]
    asked = [one for one in positive if one.label.version is not None]
    times = sorted(one.took for one in verdicts) or [0.0]
    return Figures(
        positives=len(positive),
        negatives=len(negative),
        first=_share(positive, lambda one: one.first),
        recall=_mean([_recall(one) for one in positive]),
        mrr=_mean([_reciprocal(one) for one in positive]),
        loaded=_share(positive, lambda one: one.tier == "auto" and one.first),
        precision=_share(loading, lambda one: one.first),
        offered=_share(positive, lambda one: not one.label.right.isdisjoint(one.shown)),
        false_loads=_share(negative, lambda one: one.tier == "auto"),
        false_shown=_share(negative, lambda one: one.tier != "none"),
        near=len(near),
        near_loaded=_share(near, lambda one: one.tier == "auto" and one.ranked[0] in one.label.wrong),
        near_shown=_share(near, lambda one: not set(one.label.wrong).isdisjoint(one.shown)),
        abstention=_f1(
            _share(silent, lambda one: not one.label.right), _share(negative, lambda one: one.tier == "none")
        ),
        versions=_share(asked, lambda one: one.first and one.version == one.label.version),
        median=times[len(times) // 2],
        slowest=times[int(len(times) * 0.99)],
    )


def by(verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> dict[str, Figures]:
    """The figures of each group, by name."""
    groups: dict[str, list[Verdict]] = {}
    for one in verdicts:
        groups.setdefault(key(one), []).append(one)
    return {name: figures(groups[name]) for name in sorted(groups)}


def confusion(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], int]:
    """How often a skill was shown first where another one, or none, was expected; `-` stands for none."""
    wrong: Counter[tuple[str, str]] = Counter()
    for one in verdicts:
        said = next(iter(one.shown), "-")
        if one.label.wrong and said in one.label.wrong:
            wrong[f"not {said}", said] += 1
        elif not one.label.wrong and said not in (one.label.right or {"-"}):
            wrong[next(iter(one.label.expected), "-"), said] += 1
    return dict(sorted(wrong.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class Bin:
    """Some verdicts whose scores are near each other.

    Args:
        low: the lowest score of the bin.
        high: the highest.
        count: how many verdicts show a first skill with such a score.
        right: how many of those are right.
    """

    low: float
    high: float
    count: int
    right: int


def calibration(verdicts: Iterable[Verdict]) -> tuple[Bin, ...]:
    """How often the first skill is right, by its score."""
    shown = [one for one in verdicts if one.tier != "none"]
    found = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS
        inside = [one for one in shown if low <= one.score < high or (high == 1 and one.score == 1)]
        found.append(Bin(low, high, len(inside), sum(one.first for one in inside)))
    return tuple(found)


def _recall(one: Verdict) -> float:
    top = set(one.ranked[:_RECALL])
    # Where all that is expected is one of several, any right one will do.
    if len(one.label.expected) == 1:
        return float(not top.isdisjoint(one.label.right))
    return len(top & set(one.label.expected)) / min(_RECALL, len(one.label.expected))


def _reciprocal(one: Verdict) -> float:
    return next((1 / place for place, name in enumerate(one.ranked, 1) if name in one.label.right), 0.0)


def _share(verdicts: Sequence[Verdict], holds: Callable[[Verdict], bool]) -> float | None:
    return _mean([float(holds(one)) for one in verdicts])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    if recall is None:
        return None
    return 2 * (precision or 0.0) * recall / ((precision or 0.0) + recall) if recall or precision else 0.0
