"""The words of a skill's instructions and references, for requests that its triggers leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from backwright.routing.text import MAX_CHARS, query_terms, words

# Code is left out: its names are those of an example, and what an example imports is declared elsewhere.
_CODE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_TARGET: Final = re.compile(r"\]\([^)\s]*\)")
MOST: Final = 1_500
"""Words that are kept of one skill."""


def prose_words(texts: Iterable[str]) -> frozenset[str]:
    """The roots of the words in some Markdown, code and the targets of links left out."""
    found: dict[str, None] = {}
    for text in texts:
        plain = _TARGET.sub("] ", _CODE.sub("\n", text))
        for start in range(0, len(plain), MAX_CHARS):
            found.update(dict.fromkeys(query_terms(words(plain[start : start + MAX_CHARS]))))
            if len(found) >= MOST:
                return frozenset(list(found)[:MOST])
    return frozenset(found)
