"""The ruff rules that a review runs, each with the weight that it has here.

The list is explicit because ruff's own default selection changes between releases. Left out on purpose: FAST001 and
FAST002 (they contradict the checklists), S105 to S107 (they flag by name alone), RUF029 (preview).
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
        kind: the kind of defect, an id of `kinds.txt`.
        severity: ruff itself has none.
        confidence: how often it is right on reviewed code.
        aggregate: all findings of a file become one, because the file decides such a thing once.
        in_tests: whether it is reported in tests, examples and scripts as well.
        in_fragments: whether a hunk alone is enough to decide it.
    """

    kind: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    aggregate: bool = False
    in_tests: bool = True
    in_fragments: bool = True


def _style(kind: str) -> RuffRule:
    return RuffRule(kind, _INFO, aggregate=True, in_tests=False)


CODES: Mapping[str, RuffRule] = {
    # Blocking the event loop
    "ASYNC210": RuffRule("async-blocking-http", _ERROR, in_tests=False),
    "ASYNC212": RuffRule("async-blocking-http", _ERROR, in_tests=False),
    "ASYNC251": RuffRule("async-blocking-sleep", _ERROR, in_tests=False),
    "ASYNC220": RuffRule("async-blocking-subprocess", _WARNING, in_tests=False),
    "ASYNC221": RuffRule("async-blocking-subprocess", _WARNING, in_tests=False),
    "ASYNC222": RuffRule("async-blocking-subprocess", _WARNING, in_tests=False),
    "ASYNC230": RuffRule("async-blocking-file", _INFO, in_tests=False),
    "ASYNC240": RuffRule("async-blocking-file", _INFO, _MEDIUM, in_tests=False),
    "ASYNC110": RuffRule("async-busy-wait", _INFO, _MEDIUM, in_tests=False),
    "RUF006": RuffRule("async-dangling-task", _WARNING, in_tests=False),
    "PLE1142": RuffRule("async-with-in-sync-def", _ERROR, in_fragments=False),
    # Exceptions and logs
    "E722": RuffRule("except-bare", _ERROR),
    "S110": RuffRule("except-pass", _ERROR, in_tests=False),
    "S112": RuffRule("except-pass", _ERROR, in_tests=False),
    "BLE001": RuffRule("except-blind", _WARNING, _MEDIUM, aggregate=True, in_tests=False),
    "B904": RuffRule("raise-no-from", _WARNING, in_tests=False),
    "TRY002": RuffRule("raise-vanilla", _INFO, in_tests=False),
    "TRY400": RuffRule("log-no-traceback", _INFO, in_tests=False),
    "LOG007": RuffRule("log-no-traceback", _INFO, in_tests=False),
    "G004": _style("log-fstring"),
    "LOG015": RuffRule("log-root", _INFO, in_tests=False),
    "T201": RuffRule("print-call", _WARNING, _MEDIUM, in_tests=False),
    "T203": RuffRule("print-call", _WARNING, _MEDIUM, in_tests=False),
    # Security
    "S104": RuffRule("debug-or-bind-all", _INFO, _MEDIUM, in_tests=False),
    "S113": RuffRule("no-timeout", _ERROR, in_tests=False),
    "S201": RuffRule("debug-or-bind-all", _INFO, in_tests=False),
    "S301": RuffRule("unsafe-deserialise", _WARNING, _MEDIUM, in_tests=False),
    "S307": RuffRule("unsafe-deserialise", _WARNING, in_tests=False),
    "S324": RuffRule("weak-hash", _WARNING, _MEDIUM, in_tests=False),
    "S501": RuffRule("tls-verify-off", _ERROR),
    "S506": RuffRule("unsafe-deserialise", _WARNING),
    "S602": RuffRule("shell-true", _WARNING, in_tests=False),
    "S608": RuffRule("sql-string-build", _WARNING, _MEDIUM, in_tests=False),
    # State, defaults, routes, dates
    "B006": RuffRule("mutable-default", _ERROR),
    "B008": RuffRule("call-in-default", _WARNING, _MEDIUM, in_tests=False),
    "B019": RuffRule("cache-on-method", _WARNING),
    "PLW0603": RuffRule("global-statement", _WARNING, _MEDIUM, in_tests=False),
    "RUF012": RuffRule("mutable-class-attr", _INFO, _MEDIUM, in_tests=False, in_fragments=False),
    "FAST003": RuffRule("route-unused-path-param", _ERROR, _MEDIUM),
    "DTZ003": RuffRule("datetime-naive", _WARNING, in_tests=False),
    "DTZ005": RuffRule("datetime-naive", _WARNING, in_tests=False),
    "F403": RuffRule("star-import", _WARNING, in_tests=False),
    # Tests
    "B017": RuffRule("test-raises-exception", _INFO),
    # A ValueError without its message is often the only one that the tested line can raise.
    "PT011": RuffRule("test-raises-exception", _INFO, Confidence.LOW),
    # Typing, a matter of style: one finding a file and code
    "ANN001": _style("ann-missing"),
    "ANN002": _style("ann-missing"),
    "ANN003": _style("ann-missing"),
    "ANN201": _style("ann-missing"),
    "ANN202": _style("ann-missing"),
    "ANN204": _style("ann-missing"),
    "ANN205": _style("ann-missing"),
    "ANN206": _style("ann-missing"),
    "ANN401": _style("ann-any"),
    "UP006": _style("typing-legacy"),
    "UP007": _style("typing-legacy"),
    "UP035": _style("typing-legacy"),
    "UP045": _style("typing-legacy"),
    "RUF013": _style("implicit-optional"),
    "PGH003": RuffRule("type-ignore-blanket", _INFO, aggregate=True),
}

# Calls in a parameter's default that make no shared state.
IMMUTABLE_CALLS = (
    *(
        f"{module}.{name}"
        for module in ("fastapi", "fastapi.param_functions", "fastapi.params")
        for name in ("Depends", "Query", "Path", "Body", "Header", "Cookie", "File", "Form", "Security")
    ),
    "typer.Option",
    "typer.Argument",
)
