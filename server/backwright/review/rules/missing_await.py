"""BW106: a coroutine that is made and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of
from backwright.review.rules._coroutines import Coroutines, makes_coroutine
from backwright.review.rules._resolve import is_rebound, resolve
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
    if not any(source.nodes(ast.AsyncFunctionDef)) and not any(source.nodes(ast.Await)):
        return
    coroutines = Coroutines(source)
    for call in source.calls():
        name, sure = coroutines.name_of(call), not isinstance(source.parent(call), ast.Return)
        use = None if name is None else _use(source, call)
        # Other files are read only for a call that is new and would be wrong if it gave a coroutine.
        if name is None and not source.added.isdisjoint(head_of(call)) and (use := _use(source, call)) is not None:
            name, sure = _from_elsewhere(source, call, facts)
        if name is not None and use is not None:
            yield Finding(
                head_of(call),
                f"`{name}(...)` gives a coroutine that {use}, so its body never runs; write `await`",
                confidence=None if sure else Confidence.MEDIUM,
            )


def _from_elsewhere(source: Source, call: ast.Call, facts: Facts) -> tuple[str | None, bool]:
    """How the text names a coroutine function of another file that is called, and whether the import says that it is.

    A method of an object of unknown class is taken for one where its result is dropped on the event loop, and its name
    is of several words and given by `async def` alone in the whole repository.
    """
    if facts.repository is None or is_rebound(source, call):
        return None, False
    there = None if isinstance(call.func, ast.Call) else resolve(source, call.func, facts)
    if there is not None:
        return (ast.unparse(call.func), True) if makes_coroutine(there[1]) else (None, False)
    dropped = isinstance(source.parent(call), ast.Expr) and source.in_async(call) is True
    if not dropped or not isinstance(call.func, ast.Attribute) or "_" not in call.func.attr.strip("_"):
        return None, False
    if is_test(source.path) or source.qualified(call.func) is not None:
        return None, False
    names = facts.repository.names()
    known = names is not None and call.func.attr in names.only_async
    return (ast.unparse(call.func) if known else None), False


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
    others = [node for node in source.derived(_names_by_function)[function, target.id] if node is not target]
    awaited = any(isinstance(node.ctx, ast.Store) or isinstance(source.parent(node), ast.Await) for node in others)
    return not awaited and any(_is_value_use(source, node) for node in others)


def _names_by_function(source: Source) -> dict[tuple[ast.AST | None, str], list[ast.Name]]:
    """Every use of each name in each function; looking anew for each assignment would take squared time."""
    found: dict[tuple[ast.AST | None, str], list[ast.Name]] = {}
    for node in source.nodes(ast.Name):
        found.setdefault((source.function_of(node), node.id), []).append(node)
    return found


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
