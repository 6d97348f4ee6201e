"""What to do with the skills that a request speaks for: load one, load a set, offer some, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile

from backwright.routing import weights
from backwright.routing.decision import Decision
from backwright.routing.tally import Scored
from backwright.routing.thresholds import Thresholds


def choose(
    candidates: Iterator[Scored], at: Thresholds, *, sure: bool, sound: Callable[[], bool] = lambda: True
) -> tuple[Decision, Sequence[Scored]]:
    """What to do with candidates that come best first; no more of them are looked at than it takes.

    Args:
        candidates: the skills.
        at: from which score on what is done.
        sure: whether one may be loaded unasked at all.
        sound: whether the request is about software; asked before anything is loaded.
    """
    firing = (one for one in takewhile(lambda one: one.score >= at.suggest, candidates) if one.fires)
    best = next(firing, None)
    if best is None:
        return "none", ()
    close = [best]
    if sure and best.score >= at.auto and best.decisive and not best.doubtful and (best.borne_out or sound()):
        rival = _rival(best, firing, close, at)
        if not best.by_phrase and any(one.by_sign for one in close[1:]):
            # Words of a group may stand anywhere in the request: they are no surer than another skill's sign.
            return _suggested(close, firing)
        if rival is None or best.score - rival.score >= at.margin:
            return "auto", (best,)
        close.extend(islice(firing, weights.MOST_SUGGESTED - len(close)))
        needed = _set(best, close[1:], at)
        if needed:
            return "auto", needed
    return _suggested(close, firing)


def _suggested(close: list[Scored], firing: Iterable[Scored]) -> tuple[Decision, Sequence[Scored]]:
    best = close[0]
    for one in firing if len(close) < weights.MOST_SUGGESTED else ():
        close.append(one)
        if len(close) == weights.MOST_SUGGESTED or one.score < best.score * weights.SPREAD:
            break
    return "suggest", [one for one in close[: weights.MOST_SUGGESTED] if one.score >= best.score * weights.SPREAD]


def _set(best: Scored, others: Iterable[Scored], at: Thresholds) -> tuple[Scored, ...] | None:
    """The skills that a request needs together, if each is asked for in words of its own; else they are rivals."""
    near = [one for one in others if one.decisive and best.score - one.score < at.margin]
    needed = (best, *near)
    if any(one.doubtful or not one.by_phrase or one.terms.umbrella for one in needed):
        return None
    taken: set[str] = set()
    for one in needed:
        own = one.asked_by
        if not own or not taken.isdisjoint(own):
            return None
        taken |= own
    return needed


def _rival(best: Scored, firing: Iterator[Scored], passed: list[Scored], at: Thresholds) -> Scored | None:
    """The runner-up that may be loaded unasked too, or, as soon as there can be none near, whatever comes next."""
    for one in firing:
        passed.append(one)
        if one.decisive or best.score - one.score >= at.margin:
            return one
    return None
