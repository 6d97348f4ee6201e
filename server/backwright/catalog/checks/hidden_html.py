"""HTML that a page does not show: comments, hidden elements, link definitions that nothing refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

# What tools read in comments, and people know.
_TOOLS: Final = re.compile(
    r"<!--+\s*(?:/?toc\b|markdownlint|prettier|textlint|vale|dprint|cspell|spell-?checker|no ?toc|more\b"
    r"|(?:begin|end|start|stop)[ -](?:of )?(?:toc|auto|generated)|omit in toc|fmt:|ruff:|spdx)",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"<!--+\s*[^\s>-]|<!--+\s*$|\[(?://|comment|_)\]:\s*(?:#|<>)")
_HIDDEN: Final = re.compile(
    r"<\w{1,40}(?:\s[^<>]*)?\s(?:hidden\b|aria-hidden\s*=|style\s*=\s*[\"'][^\"'<>]*"
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?!\.[1-9])|font-size\s*:\s*0|color\s*:\s*(?:white|#fff\b|transparent)))"
    r"|<(?:script|iframe|object|embed|template|noscript)\b",
    re.IGNORECASE,
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    for text in subject.texts:
        for number, line in text.prose if text.is_markdown else ():
            if _COMMENT.search(line) and not _TOOLS.search(line):
                yield Found(text.name, number, "there is a comment, which the rendered page does not show")
            elif _HIDDEN.search(line):
                yield Found(text.name, number, "there is HTML that hides its text or runs")


CHECK = Check(
    "HIDDEN_HTML",
    "hostile",
    "HTML whose text the rendered page does not show.",
    "write it as text, or take it out",
    _find,
)
