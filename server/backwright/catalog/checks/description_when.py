"""A description that does not say when to use the skill, so that no router and no model can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

_WHEN: Final = re.compile(
    r"\b(?:use|used|useful|when|whenever|if|for|before|after|while|trigger|invoke|apply|asked|asks|mentions?|tasks?)\b",
    re.IGNORECASE,
)
_LATIN: Final = re.compile(r"[A-Za-z]{3,}")
_LEAST_WORDS: Final = 6


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    text = subject.skill.description
    line = subject.line_of("description:")
    words = text.split()
    # Of other scripts these words say nothing, and a guess would be a false alarm.
    if not text.isascii() and len(_LATIN.findall(text)) < len(re.findall(r"\w+", text)) / 2:
        return
    if len(words) < _LEAST_WORDS:
        yield Found(
            subject.document, line, f"the description has {len(words)} words; nobody can tell by it when to use it"
        )
    elif not _WHEN.search(text):
        yield Found(subject.document, line, "the description does not say when to use the skill")


CHECK = Check(
    "DESCRIPTION_WHEN",
    "quality",
    "A description that does not say when to use the skill.",
    "add a sentence: Use when ..., with words that a user would say",
    _find,
)
