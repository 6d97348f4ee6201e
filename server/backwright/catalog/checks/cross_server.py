"""References to the tools of other servers: a skill that steers what another server does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject, matches

_OTHERS: Final = re.compile(
    r"\bmcp__[a-z0-9-]+(?:_[a-z0-9-]+)*__\w+"
    r"|\b(?:before|after|instead of|whenever)\s+(?:you\s+)?(?:call|calling|us(?:e|ing)|invok(?:e|ing))\s+"
    r"(?:any|every|all)\s+(?:other\s+)?tools?\b"
    r"|\b(?:tools?|prompts?|resources?)\s+(?:of|from|on)\s+(?:the\s+|an?\s+)?(?:other|another|\w+)\s+(?:MCP\s+)?servers?\b"
    r"|\bother\s+MCP\s+servers?'?s?\s+tools?\b",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"\b(?:of|from|on)\s+(?:this|the|our|your own)\s+(?:MCP\s+)?servers?\b|mcp__backwright__", re.IGNORECASE
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    texts, lines = {text.name: text for text in subject.texts}, dict[str, dict[int, str]]()
    for found in matches(subject, _OTHERS, "it steers the tools of another server: {}", code_too=True):
        if found.name not in lines:
            lines[found.name] = dict(texts[found.name].numbered())
        if not _OWN.search(lines[found.name].get(found.line or 0, "")):
            yield found


CHECK = Check(
    "CROSS_SERVER",
    "hostile",
    "A reference to the tools of another server.",
    "say what is to be done, and leave which tool does it to the model",
    _find,
)
