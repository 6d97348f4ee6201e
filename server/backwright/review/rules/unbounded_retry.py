"""BW602: a retry that never gives up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.source import FunctionNode, Source, keyword, last_name, lines_of, spread

_ITERATORS = frozenset({"Retrying", "AsyncRetrying"})
_TENACITY = frozenset({"tenacity.retry", *(f"tenacity.{name}" for name in _ITERATORS)})
_BACKOFF = frozenset({"backoff.on_exception", "backoff.on_predicate"})
# Failures that another round may not meet, unlike wrong input.
_PASSES = re.compile(
    r"Connect|Timeout|TimedOut|Transport|HTTP|Network|Request|Operational|^OSError$|^(Base)?Exception$"
)
_TENACITY_HELPERS = ("wait_", "retry_if_", "before_sleep_", "retry_any", "retry_all")


def _shows_tenacity(call: ast.Call) -> bool:
    """Whether a hunk without imports still shows tenacity: its iterators, or its helpers as keyword arguments."""
    if last_name(call.func) in _ITERATORS:
        return True
    helpers = (keyword(call, name) for name in ("wait", "retry", "before_sleep"))
    names = (last_name(node.func if isinstance(node, ast.Call) else node) for node in helpers if node is not None)
    return last_name(call.func) == "retry" and any((name or "").startswith(_TENACITY_HELPERS) for name in names)


def _bounds(source: Source, call: ast.Call) -> tuple[str, ...]:
    """The keywords that would bound this retry; none where the call is no retry."""
    known = source.qualified(call.func)
    if known in _TENACITY or (known is None and source.basis is Basis.FRAGMENT and _shows_tenacity(call)):
        return ("stop",)
    return ("max_tries", "max_time") if known in _BACKOFF else ()


def _is_unbounded(source: Source, call: ast.Call) -> bool:
    bounds = _bounds(source, call)
    opaque = spread(call) or (bounds == ("stop",) and call.args)
    return bool(bounds) and not opaque and all(keyword(call, name) is None for name in bounds)


def _bare(source: Source, function: FunctionNode) -> Iterator[ast.expr]:
    """The decorators of a function that are tenacity's `@retry` without a call."""
    for decorator in function.decorator_list:
        if source.qualified(decorator) == "tenacity.retry":
            yield decorator


def _names(kind: ast.expr | None) -> list[str]:
    parts = kind.elts if isinstance(kind, ast.Tuple) else [kind] if kind is not None else []
    return [last_name(part) or "" for part in parts]


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a failure of the other side only leads to the next round."""
    passing = handler.type is None or any(_PASSES.search(name) for name in _names(handler.type))
    leaves = (ast.Raise, ast.Return, ast.Break, ast.AugAssign, ast.Assign)
    return passing and not any(isinstance(node, leaves) for statement in handler.body for node in ast.walk(statement))


def _loops(source: Source) -> Iterator[ast.While]:
    """`while True` around a `try` that leaves when it succeeds, and goes on for ever while it fails."""
    for loop in source.nodes(ast.While):
        endless = isinstance(loop.test, ast.Constant) and loop.test.value is True
        tries = [statement for statement in loop.body if isinstance(statement, ast.Try)]
        if not endless or len(tries) != 1 or len(loop.body) > 2 or not tries[0].handlers:  # noqa: PLR2004  a pause beside it
            continue
        last = (tries[0].orelse or tries[0].body)[-1]
        if isinstance(last, (ast.Return, ast.Break)) and all(map(_goes_on, tries[0].handlers)):
            yield loop


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    unbounded = [call for call in source.calls() if _is_unbounded(source, call)]
    bare = [decorator for function in source.functions() for decorator in _bare(source, function)]
    for loop in _loops(source):
        yield Finding(
            (loop.lineno, *(handler.lineno for node in loop.body for handler in getattr(node, "handlers", ()))),
            "this loop tries again for ever, so a lasting failure holds the caller for ever; "
            "give it a number of attempts, and a pause that grows",
            confidence=Confidence.MEDIUM,
        )
    for node in (*unbounded, *bare):
        sure = source.qualified(node.func if isinstance(node, ast.Call) else node) is not None
        yield Finding(
            lines_of(node),
            "this retry has no limit, so a lasting failure holds the caller for ever; "
            "give it a number of attempts or a time after which it stops",
            confidence=None if sure else Confidence.MEDIUM,
        )


RULE = Rule(
    code="BW602",
    name="unbounded-retry",
    kind="retry-no-stop",
    severity=Severity.WARNING,
    summary="A retry without a limit: a lasting failure keeps the caller, its connection and its memory for ever.",
    check_source=_check,
)
