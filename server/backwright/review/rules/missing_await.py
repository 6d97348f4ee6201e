"""BW106: a coroutine that is made and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of
from backwright.review.rules._coroutines import Coroutines
from backwright.review.source import Source, last_name

# The part of a node that is read as a value: the other parts may pass a coroutine on.
_READ_PART: dict[type[ast.AST], str] = {
    ast.For: "iter",
    ast.If: "test",
    ast.IfExp: "test",
    ast.Subscript: "value",
    ast.While: "test",
    ast.comprehension: "iter",
}
_COROUTINE_ATTRIBUTES = frozenset({"__await__", "close", "cr_code", "cr_frame", "send", "throw"})
_AWAITABLE = frozenset({"Any", "Awaitable", "Coroutine", "Future", "Task"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if not any(source.nodes(ast.AsyncFunctionDef)) and not any(source.nodes(ast.Await)):
        return
    coroutines = Coroutines(source)
    for call in source.calls():
        name = coroutines.name_of(call)
        use = None if name is None else _use(source, call)
        if use is not None:
            yield Finding(
                head_of(call),
                f"`{name}(...)` gives a coroutine that {use}, so its body never runs; write `await`",
                confidence=Confidence.MEDIUM if isinstance(source.parent(call), ast.Return) else None,
            )


def _use(source: Source, call: ast.Call) -> str | None:
    """How the text uses the coroutine as though it were its result, or None."""
    parent = source.parent(call)
    if isinstance(parent, ast.Expr):
        return "is dropped"
    if isinstance(parent, ast.Return):
        return "is returned" if _is_returned_as_result(source, call) else None
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        used = _is_assigned_as_result(source, parent)
    else:
        used = _is_value_use(source, call)
    return "is used as its result" if used else None


def _is_assigned_as_result(source: Source, statement: ast.Assign | ast.AnnAssign) -> bool:
    """Unpacked, annotated as something else, or bound to a name that is then read as the result."""
    if isinstance(statement, ast.AnnAssign):
        return not _is_awaitable(statement.annotation)
    target = statement.targets[0]
    if isinstance(target, (ast.Tuple, ast.List)):
        return True
    function = source.function_of(statement)
    if not isinstance(target, ast.Name) or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    names = (node for node in source.nodes(ast.Name) if node.id == target.id and source.function_of(node) is function)
    others = [node for node in names if node is not target]
    awaited = any(isinstance(node.ctx, ast.Store) or isinstance(source.parent(node), ast.Await) for node in others)
    return not awaited and any(_is_value_use(source, node) for node in others)


def _is_value_use(source: Source, node: ast.expr) -> bool:
    """Whether an expression is read in a way that no coroutine supports."""
    parent = source.parent(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr not in _COROUTINE_ATTRIBUTES
    if isinstance(parent, ast.BoolOp):
        return _is_value_use(source, parent)
    if isinstance(parent, ast.Compare):
        return not all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in parent.ops)
    if parent is not None and type(parent) in _READ_PART:
        return getattr(parent, _READ_PART[type(parent)], None) is node
    return isinstance(parent, (ast.BinOp, ast.FormattedValue, ast.UnaryOp))


def _is_returned_as_result(source: Source, call: ast.Call) -> bool:
    """A coroutine that an `async def` returns would have to be awaited twice, which its annotation would say."""
    function = source.function_of(call)
    return (
        isinstance(function, ast.AsyncFunctionDef)
        and function.returns is not None
        and not _is_awaitable(function.returns)
    )


def _is_awaitable(annotation: ast.expr) -> bool:
    kind = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return last_name(kind) in _AWAITABLE


RULE = Rule(
    code="BW106",
    name="missing-await",
    kind="missing-await",
    severity=Severity.ERROR,
    summary="A coroutine function is called without await, so that its body never runs.",
    check_source=_check,
)
