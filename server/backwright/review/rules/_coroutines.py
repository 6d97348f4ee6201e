"""Which calls of a source make a coroutine, judged by what the source itself shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from backwright.review.rules._async import Origins, annotated_type, parameters, walk_own
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
_PLAIN_DECORATORS = frozenset(
    {"abstractmethod", "classmethod", "override", "staticmethod"} | {"delete", "get", "patch", "post", "put"}
)
# Code that asks whether something is a coroutine calls it in both ways.
_ASKS = frozenset({"isawaitable", "iscoroutine", "iscoroutinefunction"})


class Coroutines:
    """Which calls of a source make a coroutine."""

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
        self._local = {(source.function_of(n), n.id) for n in source.nodes(ast.Name) if isinstance(n.ctx, ast.Store)}
        self._local |= {(function, argument.arg) for function in functions for argument in parameters(function)}
        # A plain method that was awaited gave an awaitable that time: it may hand on what another function gave.
        self._plain = {function.name for function in source.nodes(ast.FunctionDef)}
        asking = {source.function_of(call) for call in source.calls() if last_name(call.func) in _ASKS}
        self._awaited = {
            key
            for node in source.nodes(ast.Await)
            if isinstance(node.value, ast.Call) and source.function_of(node) not in asking
            for key in self._keys(node.value)
        }

    def name_of(self, call: ast.Call) -> str | None:
        """How the text names the coroutine function that is called, or None where it is not known to be one."""
        func = call.func
        name = self._source.qualified(func)
        if name in _ASYNCIO or (name == _GATHER and self._source.in_async(call) and self._is_dropped(call)):
            return name
        if isinstance(func, ast.Name):
            return func.id if func.id in self._functions else None
        if isinstance(func, ast.Attribute):
            known = self._is_method(func.value, func.attr) or not self._awaited.isdisjoint(self._keys(call))
            return f"{ast.unparse(func.value)}.{func.attr}" if known else None
        return None

    def _is_dropped(self, call: ast.Call) -> bool:
        return isinstance(self._source.parent(call), ast.Expr)

    def _keys(self, call: ast.Call) -> tuple[tuple[ast.AST | None, str, str], ...]:
        """By what the same method of the same object is known again: where its name holds, receiver and method.

        One awaited method of a database session shows that its others are awaited too.
        """
        receiver = _dotted(call.func.value) if isinstance(call.func, ast.Attribute) else None
        if not isinstance(call.func, ast.Attribute) or receiver is None or call.func.attr in self._plain:
            return ()
        scope, method = self._scope(call, receiver.partition(".")[0]), call.func.attr
        keys = ((scope, receiver, method),)
        return (*keys, (scope, receiver, "a session's")) if method in _METHODS["AsyncSession"] else keys

    def _scope(self, call: ast.Call, root: str) -> ast.AST | None:
        """The function that binds the name, the class of a `self`, or None for the module."""
        if root == "self":
            return next((node for node in self._source.parents(call) if isinstance(node, ast.ClassDef)), None)
        function = self._source.function_of(call)
        while function is not None and (function, root) not in self._local:
            function = self._source.function_of(function)
        return function

    def _is_method(self, receiver: ast.expr, method: str) -> bool:
        if not isinstance(receiver, ast.Name):
            return False
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


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def _only_async(functions: Iterable[FunctionNode]) -> frozenset[str]:
    """The names that are defined by `async def` and by nothing else."""
    coroutines: set[str] = set()
    others: set[str] = set()
    for function in functions:
        (coroutines if makes_coroutine(function) else others).add(function.name)
    return frozenset(coroutines - others)


def makes_coroutine(function: FunctionNode | ast.ClassDef) -> bool:
    """An `async def` that is no generator and not wrapped by a decorator that may make something else of it."""
    if not isinstance(function, ast.AsyncFunctionDef) or any(
        isinstance(node, (ast.Yield, ast.YieldFrom)) for node in walk_own(function.body)
    ):
        return False
    names = (last_name(one.func if isinstance(one, ast.Call) else one) for one in function.decorator_list)
    return all(name in _PLAIN_DECORATORS for name in names)
