"""Which sentences of foreign checklists plainly say what a rule of the review decides.

A small explicit table. A sentence that is not in it becomes a question: a wrong rule would quote a sentence for what it
does not say.
"""

from __future__ import annotations

import re
from typing import Final

from backwright.catalog.skill import Evidence

_TYPES: Final = ("ANN001", "ANN002", "ANN003", "ANN201", "ANN202", "ANN204", "ANN205", "ANN206")
_BLOCKING: Final = ("BW101", "BW102", "ASYNC210", "ASYNC212", "ASYNC251")

RULES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"\bbare `?except\b|\bexcept:\s*pass\b", ("E722", "S110")),
    (r"\bmutable defaults?( arguments?)?\b", ("B006",)),
    (r"`?print\(\)`?.*\binstead of\b.*\blogg|\bno `?print\b|\buse logging\b.*\bnot `?print", ("T201", "T203")),
    (r"\bhard-?coded (secrets?|credentials|passwords?|api keys?|tokens?)\b", ("BW401",)),
    (
        r"\b(no|never|keep) (\w+ )?secrets? (in|out of) (the )?(source )?(code|repo|repository|git)\b",
        ("BW401", "BW405"),
    ),
    (r"\bsecrets? .*\bnever in (the )?(code|source|repo)", ("BW401", "BW405")),
    (r"`requests`.*\basync\b", ("BW101", "ASYNC210", "ASYNC212")),
    (r"\bno blocking i/?o in async\b|\bnever block the event loop\b", _BLOCKING),
    (r"\bsync(hronous)? (database|db) (calls?|drivers?|sessions?|queries) in async\b", ("BW102",)),
    (r"\bos\.(environ|getenv)\b", ("BW803",)),
    (r"\braw dicts? (instead of|rather than|for)\b", ("BW201", "BW203")),
    (r"\bsecretstr\b", ("BW302",)),
    (r"\bfrom typing import\b.*\b(List|Dict|Optional)\b", ("UP006", "UP007", "UP035", "UP045")),
    (r"\bmissing type hints\b|\balways use type hints\b|\ball functions have type hints\b", _TYPES),
    (r"\bno `?any`? types?\b", ("ANN401",)),
    (r"\bglobal mutable state\b|\bmutable global(s| state)\b", ("BW801",)),
    (r"\b(every|all|any) (network|http|external|outgoing) (call|request)s? .*\btimeouts?\b", ("BW601", "S113")),
    (r"\bnaive datetimes?\b|\bdatetime\.utcnow\b", ("DTZ003", "DTZ005", "BW701")),
    (r"\bwildcard cors\b|\bcors .*`?\*`?.* credentials\b", ("BW403",)),
    (r"\bverify .*\b(jwts?|tokens?)\b|\bunverified (jwts?|tokens?)\b", ("BW402",)),
    (r"\bon_event\b", ("BW204",)),
    (r"\bsql (built|concatenated|formatted)\b.*\bstrings?\b|\bstring[- ]built sql\b", ("S608",)),
    (r"\bunbounded retr(y|ies)\b", ("BW602",)),
)

EVIDENCE: Final[tuple[tuple[str, Evidence], ...]] = (
    (r"\btests? (were |are )?(added|updated|included|written)\b", "tests_changed"),
    (r"\block ?file (is |was )?(updated|committed|in sync)\b", "lock_with_dependencies"),
    (
        r"\bmigrations? (is |are |was |were )?(added|included|generated) (for|with)\b.*\b(model|schema)",
        "migration_with_model_change",
    ),
)

_RULES = tuple((re.compile(pattern, re.IGNORECASE), codes) for pattern, codes in RULES)
_EVIDENCE = tuple((re.compile(pattern, re.IGNORECASE), fact) for pattern, fact in EVIDENCE)


def decided_by(text: str) -> tuple[tuple[str, ...], Evidence | None]:
    """The rules that decide a sentence, or the fact of the change that does, or neither."""
    codes = dict.fromkeys(code for pattern, codes in _RULES if pattern.search(text) for code in codes)
    fact = next((fact for pattern, fact in _EVIDENCE if pattern.search(text)), None)
    return tuple(codes), None if codes else fact
