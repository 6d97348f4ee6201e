"""Examples that prove little: too few of them, or none that does without the skill's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject
from backwright.catalog.skill import TRIGGERS_YAML

LEAST: Final = 8


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    triggers = subject.skill.triggers
    if not triggers.match and not triggers.no_match:
        return
    for name, texts in (("match", triggers.match), ("no_match", triggers.no_match)):
        if len(texts) < LEAST:
            yield Found(TRIGGERS_YAML, None, f"{name} has {len(texts)} examples; {LEAST} show where the border is")
    spoken = [phrase.casefold() for phrase in (*subject.skill.keywords, *triggers.strong)]
    if triggers.match and all(any(phrase in text.casefold() for phrase in spoken) for text in triggers.match):
        yield Found(TRIGGERS_YAML, None, "each match example says a keyword; users often do not")


CHECK = Check(
    "EXAMPLES",
    "quality",
    "Fewer than eight examples of a kind, or none without a keyword in it.",
    "add requests as users write them, and near misses; `backwright route TEXT` tells where one leads",
    _find,
    severity="note",
)
