"""The ruff rules that a review runs, each with the weight that it has here.

The list is explicit because ruff's own default selection changes between releases. Left out on purpose: FAST001 and
FAST002 (they contradict the checklists), G004 (style), S105 to S107 (they flag by name alone), RUF029 (preview).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backwright.review.diagnostic import Confidence, Severity

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_MEDIUM = Confidence.MEDIUM


@dataclass(frozen=True, slots=True)
class RuffRule:
    """How a review treats one ruff rule.

    Args:
        severity: ruff itself has none.
        confidence: how often it is right on reviewed code.
        aggregate: all findings of a file become one, because the file decides such a thing once.
        in_tests: whether it is reported in tests, examples and scripts as well.
        in_fragments: whether a hunk alone is enough to decide it.
    """

    severity: Severity
    confidence: Confidence = Confidence.HIGH
    aggregate: bool = False
    in_tests: bool = True
    in_fragments: bool = True


_STYLE = RuffRule(_INFO, aggregate=True, in_tests=False)

CODES: Mapping[str, RuffRule] = {
    # Blocking the event loop
    "ASYNC210": RuffRule(_ERROR, in_tests=False),
    "ASYNC212": RuffRule(_ERROR, in_tests=False),
    "ASYNC251": RuffRule(_ERROR, in_tests=False),
    "ASYNC220": RuffRule(_WARNING, in_tests=False),
    "ASYNC221": RuffRule(_WARNING, in_tests=False),
    "ASYNC222": RuffRule(_WARNING, in_tests=False),
    "ASYNC230": RuffRule(_INFO, in_tests=False),
    "ASYNC240": RuffRule(_INFO, _MEDIUM, in_tests=False),
    "ASYNC110": RuffRule(_INFO, _MEDIUM, in_tests=False),
    "RUF006": RuffRule(_WARNING, in_tests=False),
    "PLE1142": RuffRule(_ERROR, in_fragments=False),
    # Exceptions and logs
    "E722": RuffRule(_ERROR),
    "S110": RuffRule(_ERROR, in_tests=False),
    "S112": RuffRule(_ERROR, in_tests=False),
    "BLE001": RuffRule(_WARNING, _MEDIUM, aggregate=True, in_tests=False),
    "B904": RuffRule(_WARNING, in_tests=False),
    "TRY002": RuffRule(_INFO, in_tests=False),
    "TRY400": RuffRule(_INFO, in_tests=False),
    "LOG007": RuffRule(_INFO, in_tests=False),
    "LOG015": RuffRule(_INFO, in_tests=False),
    "T201": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    "T203": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    # Security
    "S104": RuffRule(_INFO, _MEDIUM, in_tests=False),
    "S113": RuffRule(_ERROR, in_tests=False),
    "S201": RuffRule(_INFO, in_tests=False),
    "S301": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    "S307": RuffRule(_WARNING, in_tests=False),
    "S324": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    "S501": RuffRule(_ERROR),
    "S506": RuffRule(_WARNING),
    "S602": RuffRule(_WARNING, in_tests=False),
    "S608": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    # State, defaults, routes, dates
    "B006": RuffRule(_ERROR),
    "B008": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    "B019": RuffRule(_WARNING),
    "PLW0603": RuffRule(_WARNING, _MEDIUM, in_tests=False),
    "RUF012": RuffRule(_INFO, _MEDIUM, in_tests=False, in_fragments=False),
    "FAST003": RuffRule(_ERROR, _MEDIUM),
    "DTZ003": RuffRule(_WARNING, in_tests=False),
    "DTZ005": RuffRule(_WARNING, in_tests=False),
    "F403": RuffRule(_WARNING, in_tests=False),
    # Tests
    "B017": RuffRule(_INFO),
    "PT011": RuffRule(_INFO, _MEDIUM),
    # Typing, a matter of style: one finding a file and code
    "ANN001": _STYLE,
    "ANN002": _STYLE,
    "ANN003": _STYLE,
    "ANN201": _STYLE,
    "ANN202": _STYLE,
    "ANN204": _STYLE,
    "ANN205": _STYLE,
    "ANN206": _STYLE,
    "ANN401": _STYLE,
    "UP006": _STYLE,
    "UP007": _STYLE,
    "UP035": _STYLE,
    "UP045": _STYLE,
    "RUF013": _STYLE,
    "PGH003": RuffRule(_INFO, aggregate=True),
}

# Calls in a parameter's default that make no shared state.
IMMUTABLE_CALLS = (
    *(
        f"fastapi.{name}"
        for name in ("Depends", "Query", "Path", "Body", "Header", "Cookie", "File", "Form", "Security")
    ),
    "typer.Option",
    "typer.Argument",
)
