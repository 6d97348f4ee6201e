"""BW604: a retry that asks again at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import is_literal
from backwright.review.source import Source, keyword, last_name, lines_of, spread

_TENACITY = (
    "tenacity.retry",
    "tenacity.Retrying",
    "tenacity.AsyncRetrying",
    "tenacity.asyncio.AsyncRetrying",
)
_NAMES = frozenset({"retry", "Retrying", "AsyncRetrying"})
_URLLIB = ("urllib3.Retry", "urllib3.util.Retry", "urllib3.util.retry.Retry", "requests.packages.urllib3.util.Retry")
# What is retried because someone else wrote first needs no pause for the other side to recover.
_CONFLICTS = ("retry_if_result", "IntegrityError", "StaleDataError", "OperationalError", "Conflict", "Concurrent")


def _is_of_conflicts(call: ast.Call) -> bool:
    names = (last_name(node) or "" for node in ast.walk(call))
    return any(mark in name for name in names for mark in _CONFLICTS)


def _tenacity(source: Source) -> Iterator[ast.Call]:
    """The calls of tenacity; in a hunk without imports those that a helper of it shows."""
    yield from source.calls(*_TENACITY)
    for call in source.calls() if source.basis is Basis.FRAGMENT else ():
        stop = keyword(call, "stop")
        helper = last_name(stop.func) if isinstance(stop, ast.Call) else None
        if (
            source.qualified(call.func) is None
            and last_name(call.func) in _NAMES
            and (helper or "").startswith("stop_")
        ):
            yield call


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for call in _tenacity(source):
        # Without `stop` it is the unbounded one, and says so.
        if call.args or spread(call) or keyword(call, "stop") is None or keyword(call, "wait") is not None:
            continue
        if not _is_of_conflicts(call):
            yield _finding(call, "this retry")
    for call in source.calls(*_URLLIB):
        off = is_literal(keyword(call, "total"), value=False) or isinstance(keyword(call, "backoff_factor"), ast.expr)
        first = call.args[0] if call.args else keyword(call, "total")
        none = isinstance(first, ast.Constant) and first.value in {0, None}
        if not (off or none or spread(call) or len(call.args) > 1):
            yield _finding(call, "`Retry` without `backoff_factor`")


def _finding(call: ast.Call, what: str) -> Finding:
    return Finding(
        lines_of(call),
        f"{what} asks again at once: all attempts fall into the same failure and load a service that is down; add a"
        " growing pause with jitter",
    )


RULE = Rule(
    code="BW604",
    name="retry-without-pause",
    kind="retry-no-backoff",
    severity=Severity.INFO,
    summary="A retry without a pause: its attempts are over before the failure is, and they load what is down.",
    check_source=_check,
)
