"""From which score on something is done, in one place, with where the figures are from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a decision goes by.

    Args:
        auto: a skill is loaded unasked from this score on, if a decisive phrase or group speaks for it.
        margin: and if the runner-up that may be loaded too stays this far behind.
        suggest: a skill is offered from this score on.
    """

    auto: float
    margin: float
    suggest: float


VERSION = 2
"""Counts up with each change of what is shipped."""

SHIPPED = Thresholds(auto=0.65, margin=0.12, suggest=0.36)
"""What serves.

Version 1, of the first four skills: one strong word is enough to load a skill; two words that make up a fair part of a
request, to offer it (0.30). Version 2, of fifteen skills with signs: `backwright eval routing --folds 5` over 393
labelled prompts and 743 prompts of other packs chose 0.65 and 0.12 in all folds, and to offer from 0.36 on in three of
them and from 0.46 on in two; with what serves, 0.027 of the prompts that no skill fits were offered one (deviation
0.016). The signs were written by someone who had seen a part of the labels, so the lower one serves. The same over
782 labelled prompts and 743 of other packs, after requests were held back that are not about software: 0.36 in all
folds, 0.65 in four and 0.72 in one; to be 0.08 ahead in four and 0.12 in one, which differ by less than they spread.
Nothing was changed.
"""
