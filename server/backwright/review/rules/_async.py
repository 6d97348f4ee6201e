"""What the rules on async code share: where a value came from, and whether a value is awaited."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from backwright.review.source import Source

_MAX_STEPS = 8  # a name that is bound to itself (`x = x.next()`) must not be followed for ever
_Scope = ast.AST | None


class Origins:
    """The dotted name of the constructor behind a value, followed through assignments, `with` and annotations.

    `s3.Bucket("b")` after `s3 = boto3.resource("s3")` comes from `boto3.resource.Bucket`; a subscript is written `[]`.
    A name that is bound more than once in its scope to different things comes from nowhere.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bound: dict[tuple[_Scope, str], list[ast.expr | None]] = {}
        for name in source.nodes(ast.Name):
            if isinstance(name.ctx, ast.Store):
                self._bind((source.function_of(name), name.id), _bound_value(source, name))
        for attribute in source.nodes(ast.Attribute):
            if isinstance(attribute.ctx, ast.Store) and _is_self(attribute.value):
                self._bind((_class_around(source, attribute), attribute.attr), _bound_value(source, attribute))
        for function in source.functions():
            for argument in parameters(function):
                self._bind((function, argument.arg), argument.annotation)

    def of(self, node: ast.expr, steps: int = 0) -> str | None:
        """Where the value of an expression came from, or None."""
        node = node.value if isinstance(node, ast.Await) else node
        if steps > _MAX_STEPS:
            return None
        if isinstance(node, ast.Call):
            return self._source.qualified(node.func) or self.of(node.func, steps + 1)
        if isinstance(node, ast.Subscript):
            return _join(self.of(node.value, steps + 1), "[]")
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, steps)
        return self._of_name(node, steps) if isinstance(node, ast.Name) else None

    def _bind(self, key: tuple[_Scope, str], value: ast.expr | None) -> None:
        self._bound.setdefault(key, []).append(value)

    def _of_attribute(self, node: ast.Attribute, steps: int) -> str | None:
        if _is_self(node.value):
            return self._of_bound((_class_around(self._source, node), node.attr), steps)
        return _join(self.of(node.value, steps + 1), node.attr)

    def _of_name(self, node: ast.Name, steps: int) -> str | None:
        scope: ast.AST | None = self._source.function_of(node)
        while scope is not None and (scope, node.id) not in self._bound:
            scope = self._source.function_of(scope)
        return self._of_bound((scope, node.id), steps)

    def _of_bound(self, key: tuple[_Scope, str], steps: int) -> str | None:
        found = {self._of_value(value, steps + 1) for value in self._bound.get(key, ()) if not _is_none(value)}
        return found.pop() if len(found) == 1 else None

    def _of_value(self, value: ast.expr | None, steps: int) -> str | None:
        if value is None:
            return None
        annotated = annotated_type(value)
        return self._source.qualified(annotated) or self.of(value, steps)


def _join(base: str | None, part: str) -> str | None:
    return None if base is None else f"{base}.{part}"


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _class_around(source: Source, node: ast.AST) -> ast.ClassDef | None:
    return next((outer for outer in source.parents(node) if isinstance(outer, ast.ClassDef)), None)


def _bound_value(source: Source, target: ast.Name | ast.Attribute) -> ast.expr | None:
    """What an assignment target is bound to: a value or, where there is one, the annotation."""
    parent = source.parent(target)
    if isinstance(parent, ast.Assign) and target in parent.targets:
        return parent.value
    if isinstance(parent, ast.AnnAssign):
        return parent.value or parent.annotation
    if isinstance(parent, ast.NamedExpr):
        return parent.value
    return parent.context_expr if isinstance(parent, ast.withitem) else None


def annotated_type(node: ast.expr) -> ast.expr:
    """The one class that an annotation speaks of: `X` of `X | None`, `Optional[X]` and `Annotated[X, ...]`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return annotated_type(node.right if _is_none(node.left) else node.left)
    if isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Name, ast.Attribute)):
        name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
        if name == "Optional":
            return annotated_type(node.slice)
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            return annotated_type(node.slice.elts[0])
    return node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.arg]:
    """Every named parameter in the order of the text."""
    yield from (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)


def is_awaited(source: Source, call: ast.expr) -> bool:
    """Whether the value is awaited on the spot: by `await`, `async with` or `async for`."""
    parent = source.parent(call)
    if isinstance(parent, ast.withitem):
        return isinstance(source.parent(parent), ast.AsyncWith)
    return isinstance(parent, ast.Await) or (isinstance(parent, ast.AsyncFor) and parent.iter is call)


def walk_own(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of the statements that runs with them: nested functions, lambdas and classes are left out."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


def head_of(call: ast.Call) -> tuple[int, ...]:
    """The lines that name what is called. A line of arguments alone, added to an old call, adds no new call."""
    return (call.lineno, call.func.end_lineno or call.lineno)
