"""Lines that say what the author has still to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject
from backwright.catalog.skill import CHECKLIST_YAML, TRIGGERS_YAML

_MARKDOWN: Final = re.compile(r"\s*(?:[-*] )?(?:To write|TODO):\s*(.+)")
_YAML: Final = re.compile(r"\s*# (?:To write|TODO):\s*(.+)")


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    for text in subject.texts:
        if text.is_markdown:
            lines, pattern = iter(text.prose), _MARKDOWN
        elif text.name in {TRIGGERS_YAML, CHECKLIST_YAML}:
            lines, pattern = text.numbered(), _YAML
        else:
            continue
        for number, line in lines:
            match = pattern.match(line)
            if match is not None:
                yield Found(text.name, number, f"still to be written: {match[1].strip().rstrip('.')}")


CHECK = Check(
    "TO_WRITE",
    "quality",
    "A line that says what is still to be written.",
    "write it, and delete the line",
    _find,
    severity="note",
)
