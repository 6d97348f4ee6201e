"""Technologies that a request names to say that it is not about them: `without FastAPI`, `not Celery`, `kein Django`.

Only names are refused so. Of a symptom the opposite holds: who asks for work `without blocking the event loop` asks
for what the skill on that knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backwright.routing.index import Hit
from backwright.routing.stacks import own_names
from backwright.routing.text import Words

_REFUSALS_WORDS: Final = """
not without dont never instead nor nothing avoid ohne kein keine keinen nicht sans pas sin sem nao не без
"""
_REFUSALS: Final = frozenset(_REFUSALS_WORDS.split())
# What may stand between a refusal and the name.
_BETWEEN_WORDS: Final = """
a an the any of on in to do with about for using use want need by related under mit von de d un une el la
le les usar utiliser verwenden uber per na com
"""
_BETWEEN: Final = frozenset(_BETWEEN_WORDS.split())
_USED: Final = frozenset({"use", "using"})
# `Ruff does not use pyproject.toml` is a complaint, and about that very thing.
_COMPLAINTS: Final = frozenset({"is", "does", "did", "was", "can", "could", "will", "would", "are", "has", "should"})
_BETWEEN_AT_MOST: Final = 4
# What follows a name that is not wanted; `no` itself is said of what is missing as well (`no pyproject.toml found`).
_DECLINED: Final = frozenset({"here", "please", "needed", "involved", "required", "help"})


def unrefused(hits: Sequence[Hit], text: Words) -> Sequence[Hit]:
    """The phrases of a text; those that name what it refuses count as mentioned in passing."""
    if _REFUSALS.isdisjoint(text.surface) and "no" not in text.surface:
        return hits
    return [hit._replace(buried=True) if _refused(hit, text) else hit for hit in hits]


def _refused(hit: Hit, text: Words) -> bool:
    named = {*text.parts[hit.start : hit.end], "".join(text.surface[hit.start : hit.end])}
    if own_names().isdisjoint(named):
        return False
    if hit.start and text.surface[hit.start - 1] == "no":
        return not _DECLINED.isdisjoint(text.surface[hit.end : hit.end + 1])
    for at in range(hit.start - 1, max(hit.start - 1 - _BETWEEN_AT_MOST, -1), -1):
        word = text.surface[at]
        if word in _REFUSALS:
            complaint = at > 0 and text.surface[at - 1] in _COMPLAINTS and text.surface[at + 1] in _USED
            return not complaint
        if word not in _BETWEEN:
            return False
    return False
