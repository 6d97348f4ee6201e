"""BW104: an async function that catches its own cancellation and carries on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import walk_own
from backwright.review.source import Source, last_name

_EXITS = frozenset({"exit", "_exit", "uncancel"})
_STARTS = frozenset({"create_task", "ensure_future", "start_soon"})
_JOINS = frozenset({"gather", "shield", "wait", "wait_for"})
# Calls that only describe an exception: passing it to anything else hands it on to someone who may raise it.
_DESCRIBES = frozenset(
    {"critical", "debug", "error", "exception", "info", "log", "print", "repr", "str", "type", "warning"}
    | {"capture_exception", "format_exception", "record_exception"}
)


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    for handler in source.nodes(ast.ExceptHandler):
        statement = source.parent(handler)
        if isinstance(statement, ast.Try) and source.in_async(statement):
            yield from _handler(source, statement, handler)
    blocks: list[ast.With | ast.AsyncWith] = [*source.nodes(ast.With), *source.nodes(ast.AsyncWith)]
    for block in blocks:
        yield from _suppress(source, block)


def _handler(source: Source, statement: ast.Try, handler: ast.ExceptHandler) -> Iterator[Finding]:
    caught = _caught(source, handler.type)
    earlier = statement.handlers[: statement.handlers.index(handler)]
    if caught is None or any(_caught(source, other.type) for other in earlier):
        return
    if not _waits(statement.body) or _passes_on(source, handler) or _joins_cancelled(source, statement.body):
        return
    ends = _ends_coroutine(source, statement, handler)
    if ends and _is_task_body(source, source.function_of(statement)):
        return
    yield Finding(
        (handler.lineno, *(inner.lineno for inner in handler.body)),
        f"`{caught}` swallows the task's own cancellation, so "
        + ("whoever cancelled it is told that it finished" if ends else "it cannot be stopped or timed out")
        + "; `raise` at the end of the handler",
        severity=Severity.WARNING if ends else None,
        confidence=Confidence.MEDIUM if ends else None,
    )


def _suppress(source: Source, block: ast.With | ast.AsyncWith) -> Iterator[Finding]:
    if not source.in_async(block) or not _waits(block.body) or _joins_cancelled(source, block.body):
        return
    for item in block.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or last_name(call.func) != "suppress":
            continue
        if any(_name(source, argument) for argument in call.args):
            yield Finding(
                (block.lineno,),
                "`suppress` swallows the task's own cancellation too; suppress it only around a task that was cancelled"
                " just before",
                severity=Severity.INFO,
                confidence=Confidence.MEDIUM,
                kind="async-suppress-cancelled",
            )


def _caught(source: Source, kind: ast.expr | None) -> str | None:
    """How the handler names what it catches, if cancellation is among it."""
    if kind is None:
        return "except:"
    parts = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = [last_name(part) for part in parts]
    if "KeyboardInterrupt" in names and "CancelledError" in names:
        return None  # the end of the program
    return next((f"except {name}" for part in parts if (name := _name(source, part))), None)


def _name(source: Source, part: ast.expr) -> str | None:
    """`CancelledError` or `BaseException`, if the expression is one of them."""
    if isinstance(part, ast.Call) and last_name(part.func) == "get_cancelled_exc_class":
        return "get_cancelled_exc_class()"
    name = source.last(part)
    if name == "CancelledError" and not (source.qualified(part) or "").startswith("concurrent."):
        return name
    return name if name == "BaseException" else None


def _waits(body: Sequence[ast.stmt]) -> bool:
    """Whether cancellation can arrive here at all: it does so only where the code waits."""
    return any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in walk_own(body))


def _passes_on(source: Source, handler: ast.ExceptHandler) -> bool:
    """Whether the handler raises, ends the program, or gives the exception to someone else."""
    for node in walk_own(handler.body):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and last_name(node.func) in _EXITS):
            return True
        if isinstance(node, ast.Name) and node.id == handler.name and not _is_described(source, node, handler):
            return True
    return False


def _is_described(source: Source, name: ast.Name, handler: ast.ExceptHandler) -> bool:
    for outer in source.parents(name):
        if outer is handler:
            return False
        if isinstance(outer, ast.FormattedValue):
            return True
        if isinstance(outer, ast.Call) and last_name(outer.func) in _DESCRIBES:
            return True
    return False


def _joins_cancelled(source: Source, body: Sequence[ast.stmt]) -> bool:
    """The idiom `task.cancel()`, then `await task`: the cancellation that is caught is the other task's."""
    awaited = [node.value for node in walk_own(body) if isinstance(node, ast.Await)]
    if not any(_is_task(value) for value in awaited):
        return False
    if any(isinstance(node, ast.Call) and _cancels(node) for node in walk_own(body)):
        return True
    if not all(_is_task(value) for value in awaited):
        return False
    return source.basis is Basis.FRAGMENT or any(_cancels(call) for call in source.calls())


def _cancels(call: ast.Call) -> bool:
    return "cancel" in (last_name(call.func) or "")


def _is_task(value: ast.expr) -> bool:
    """A name or an attribute, or several of them waited for together."""
    if isinstance(value, ast.Call):
        return last_name(value.func) in _JOINS and any(_is_task(argument) for argument in value.args)
    return isinstance(value, (ast.Name, ast.Attribute, ast.Starred, ast.Subscript))


def _ends_coroutine(source: Source, statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether nothing more of the function runs after the handler, so that the task at least stops."""
    if isinstance(handler.body[-1], (ast.Return, ast.Break)):
        return True
    inner: ast.AST = statement
    for outer in source.parents(statement):
        if isinstance(outer, (ast.While, ast.For, ast.AsyncFor)):
            return False
        if not _is_last(inner, outer):
            return False
        if isinstance(outer, ast.AsyncFunctionDef):
            return True
        inner = outer
    return False


def _is_task_body(source: Source, function: ast.AST | None) -> bool:
    """Whether the function is started as a task in view: when it ends on cancellation, it stops as it was asked to."""
    name = getattr(function, "name", None)
    starts = (call for call in source.calls() if last_name(call.func) in _STARTS)
    return any(last_name(getattr(argument, "func", argument)) == name for call in starts for argument in call.args)


def _is_last(inner: ast.AST, outer: ast.AST) -> bool:
    bodies: Iterable[object] = (getattr(outer, name, None) for name in ("body", "orelse", "finalbody"))
    return any(isinstance(body, list) and body and body[-1] is inner for body in bodies)


RULE = Rule(
    code="BW104",
    name="swallowed-cancellation",
    kind="async-cancelled-swallowed",
    severity=Severity.ERROR,
    summary="An async function catches CancelledError and does not raise it again, so that it cannot be cancelled,"
    " timed out or shut down.",
    check_source=_check,
)
