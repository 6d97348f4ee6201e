"""BW106: a coroutine that is made and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import Origins, annotated_type, head_of, parameters, walk_own
from backwright.review.source import FunctionNode, Source, last_name

_ASYNCIO = ("anyio.sleep", "asyncio.sleep", "asyncio.to_thread", "asyncio.wait", "asyncio.wait_for")
_GATHER = "asyncio.gather"
# The methods that give a coroutine, by the last name of the receiver's class.
_METHODS = {
    "AsyncSession": frozenset(
        {"commit", "delete", "execute", "flush", "get", "get_one", "merge", "refresh", "rollback", "run_sync"}
        | {"scalar", "scalars", "stream", "stream_scalars"}
    ),
    "AsyncClient": frozenset({"delete", "get", "head", "options", "patch", "post", "put", "request", "send"}),
}
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
_PLAIN_DECORATORS = frozenset({"classmethod", "override", "staticmethod"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    coroutines = _Coroutines(source)
    for call in source.calls():
        name = coroutines.name_of(call)
        use = None if name is None else _use(source, call)
        if use is not None:
            yield Finding(
                head_of(call),
                f"`{name}(...)` gives a coroutine that {use}, so its body never runs; write `await`",
                confidence=Confidence.MEDIUM if isinstance(source.parent(call), ast.Return) else None,
            )


class _Coroutines:
    """Which calls of a source make a coroutine, judged by what the source itself shows."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._origins = source.derived(Origins)
        functions = list(source.functions())
        bound = {node.id for node in source.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
        bound |= {argument.arg for argument in source.nodes(ast.arg)}
        bound |= {alias.asname or alias.name for alias in source.nodes(ast.alias)}
        bound |= {node.name for node in source.nodes(ast.ClassDef)}
        self._functions = _only_async(f for f in functions if source.class_of(f) is None) - bound
        set_later = {node.attr for node in source.nodes(ast.Attribute) if isinstance(node.ctx, ast.Store)}
        # A hunk may show methods without their class: they stand under None.
        holders: list[ast.ClassDef | None] = [None, *source.nodes(ast.ClassDef)]
        self._methods = {
            holder: _only_async(f for f in functions if source.class_of(f) is holder) - set_later for holder in holders
        }

    def name_of(self, call: ast.Call) -> str | None:
        """How the text names the coroutine function that is called, or None where it is not known to be one."""
        func = call.func
        name = self._source.qualified(func)
        if name in _ASYNCIO or (name == _GATHER and self._source.in_async(call) and self._is_dropped(call)):
            return name
        if isinstance(func, ast.Name):
            return func.id if func.id in self._functions else None
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            return f"{func.value.id}.{func.attr}" if self._is_method(func.value, func.attr) else None
        return None

    def _is_dropped(self, call: ast.Call) -> bool:
        return isinstance(self._source.parent(call), ast.Expr)

    def _is_method(self, receiver: ast.Name, method: str) -> bool:
        if receiver.id == "self":
            around = (node for node in self._source.parents(receiver) if isinstance(node, ast.ClassDef))
            return method in self._methods[next(around, None)]
        if not any(method in methods for methods in _METHODS.values()):
            return False
        kind = (self._origins.of(receiver) or "").rpartition(".")[2] or self._annotation(receiver)
        return method in _METHODS.get(kind, ())

    def _annotation(self, receiver: ast.Name) -> str:
        """The class that a parameter's annotation names, where the hunk does not show its import."""
        function = self._source.function_of(receiver)
        if function is None or isinstance(function, ast.Lambda):
            return ""
        found = [argument.annotation for argument in parameters(function) if argument.arg == receiver.id]
        return next((last_name(annotated_type(annotation)) or "" for annotation in found if annotation), "")


def _only_async(functions: Iterable[FunctionNode]) -> frozenset[str]:
    """The names that are defined by `async def` and by nothing else."""
    coroutines: set[str] = set()
    others: set[str] = set()
    for function in functions:
        (coroutines if _makes_coroutine(function) else others).add(function.name)
    return frozenset(coroutines - others)


def _makes_coroutine(function: FunctionNode) -> bool:
    """An `async def` that is no generator and not wrapped by a decorator that may make something else of it."""
    if isinstance(function, ast.FunctionDef) or any(
        isinstance(node, (ast.Yield, ast.YieldFrom)) for node in walk_own(function.body)
    ):
        return False
    return all(last_name(decorator) in _PLAIN_DECORATORS for decorator in function.decorator_list)


def _use(source: Source, call: ast.Call) -> str | None:
    """How the text uses the coroutine as though it were its result, or None."""
    parent = source.parent(call)
    if isinstance(parent, ast.Expr):
        return "is dropped"
    if isinstance(parent, ast.Return):
        return _returned(source, call)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        function = source.function_of(call)
        name = parent.targets[0].id
        used = isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_name_used(source, function, name)
        return "is used as its result" if used else None
    return "is used as its result" if _is_value_use(source, call) else None


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


def _is_name_used(source: Source, function: FunctionNode, name: str) -> bool:
    """Whether every reading of the name takes it for the result: an `await` or being passed on clears it."""
    uses = [node for node in source.nodes(ast.Name) if node.id == name and source.function_of(node) is function]
    loads = [node for node in uses if isinstance(node.ctx, ast.Load)]
    return len(uses) - len(loads) == 1 and bool(loads) and all(_is_value_use(source, node) for node in loads)


def _returned(source: Source, call: ast.Call) -> str | None:
    """A coroutine that an `async def` returns would have to be awaited twice, which its annotation would say."""
    function = source.function_of(call)
    if not isinstance(function, ast.AsyncFunctionDef) or function.returns is None:
        return None
    kind = function.returns.value if isinstance(function.returns, ast.Subscript) else function.returns
    return None if last_name(kind) in _AWAITABLE else "is returned"


RULE = Rule(
    code="BW106",
    name="missing-await",
    severity=Severity.ERROR,
    summary="A coroutine function is called without await, so that its body never runs.",
    check_source=_check,
)
