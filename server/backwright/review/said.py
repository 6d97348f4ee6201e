"""The prose of a caller: made fit to be shown, and compared with what a rule says."""

from __future__ import annotations

import re
from typing import Final

from backwright._hidden import all_hidden
from backwright.review.hostile import masked
from backwright.review.verdict import MAX_TEXT

SAME: Final = 0.5
"""The share of the words of the shorter text that the other one has too, from which on both say the same."""
_LEAST_SHARED: Final = 2
_WORD: Final = re.compile(r"[A-Za-z][a-z]{2,}|[A-Z]{2,}[0-9]*")
_SPACE: Final = re.compile(r"\s+")
_ENDINGS: Final = ("ing", "ed", "es", "s")
_SMALL: Final = re.compile(
    r"the|and|for|are|was|not|but|you|that|thi|these|with|from|into|out|its|ha|have|had|can|cannot|will|would|should|could"
    r"|must|may|when|then|than|here|there|line|code|call|use|us|mak|make|add|each|any|all|one|two|only|also|doe|does|which"
    r"|what|where|who|why|how|otherwise|pleas|instead|consider"
)


def cleaned(text: str, most: int = MAX_TEXT) -> tuple[str, list[str]]:
    """The text as one paragraph without hidden characters and secrets, of at most so many characters, and what was done
    to it.
    """
    notes: list[str] = []
    hidden = frozenset(index for index in all_hidden(text) if text[index] not in "\r\n\t")
    if hidden:
        text = "".join(character for index, character in enumerate(text) if index not in hidden)
        notes.append(f"{len(hidden)} hidden character(s) were taken out")
    text = _SPACE.sub(" ", text).strip()
    if len(text) > most:
        text = f"{text[: most - 1]}…"
        notes.append(f"it is cut to {most} characters")
    secret = masked(text)
    if secret != text:
        notes.append("what looks like a secret is masked")
    return secret, notes


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts share at least two words that carry meaning, and half of those of the shorter one."""
    words, others = _words(one), _words(other)
    shared = len(words & others)
    return shared >= _LEAST_SHARED and shared >= SAME * min(len(words), len(others))


def _words(text: str) -> frozenset[str]:
    found = (_stem(word.lower()) for word in _WORD.findall(text))
    return frozenset(word for word in found if not _SMALL.fullmatch(word))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004  what is left must be a word
            return word.removesuffix(ending)
    return word
