"""BW107: a plain function that blocks, called on the event loop: what BW101 and ruff see, one call away."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_example, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of, is_awaited
from backwright.review.rules._blocking import blocking_calls
from backwright.review.rules._resolve import is_rebound, only_if_added, resolve
from backwright.review.source import Source

# Any other decorator may hand the function to a thread, or remember what it gave.
_PLAIN = frozenset({"classmethod", "staticmethod"})


def _method(source: Source, call: ast.Call) -> ast.FunctionDef | None:
    """The method of the same class that `self.name()` calls, where one in view has the name."""
    func = call.func
    if not (isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in {"self", "cls"}):
        return None
    around = next((node for node in source.parents(call) if isinstance(node, ast.ClassDef)), None)
    body = around.body if around is not None else []
    named = [
        node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == func.attr
    ]
    return named[0] if len(named) == 1 and isinstance(named[0], ast.FunctionDef) else None


def _called(source: Source, call: ast.Call, facts: Facts) -> tuple[Source, ast.FunctionDef] | None:
    """The plain function that a call runs at once, with the file that it is in."""
    own = _method(source, call)
    if own is not None:
        return source, own
    if is_rebound(source, call) or isinstance(call.func, ast.Call):
        return None
    there = resolve(source, call.func, facts)
    if there is None or not isinstance(there[1], ast.FunctionDef):
        return None
    return there[0], there[1]


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    if is_test(source.path) or is_example(source.path) or not any(source.nodes(ast.AsyncFunctionDef)):
        return
    for call in source.calls():
        if not source.in_async(call) or is_awaited(source, call):
            continue
        there = _called(source, call, only_if_added(source, head_of(call), facts))
        if there is None or not all(getattr(one, "id", None) in _PLAIN for one in there[1].decorator_list):
            continue
        where, function = there
        # A generator's body runs later, wherever it is read.
        if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function)):
            continue
        inner, name = next(blocking_calls(where, function), (None, ""))
        if inner is None:
            continue
        local = where is source
        place = f"line {inner.lineno}" if local else f"{where.path}:{inner.lineno}"
        yield Finding(
            (*head_of(call), *(head_of(inner) if local else ())),
            f"`{function.name}` calls `{name}` ({place}), which blocks the event loop of this async function;"
            f" `await asyncio.to_thread({ast.unparse(call.func)}, ...)`, or make it async",
        )


RULE = Rule(
    code="BW107",
    name="blocking-one-call-deep",
    kind="async-blocking-transitive",
    severity=Severity.WARNING,
    summary="An async function calls a plain one that sleeps, or waits for a process, a socket or a reply over HTTP.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
