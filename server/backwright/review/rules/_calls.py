"""Questions about calls and literals that several rules ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.source import Source


def is_literal(node: ast.expr | None, value: bool | None) -> bool:  # noqa: FBT001  # the value is the question
    """Whether the node is this very `True`, `False` or `None`."""
    return isinstance(node, ast.Constant) and node.value is value


def text_of(node: ast.expr | None) -> str | None:
    """The value of a string literal, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def elements(node: ast.expr | None) -> list[ast.expr]:
    """The elements of a list, tuple or set display; any other expression is its own only element."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return list(node.elts)
    return [] if node is None else [node]


def texts_of(node: ast.expr | None) -> frozenset[str]:
    """The string literals of a display, or of a lone literal."""
    return frozenset(text for element in elements(node) if (text := text_of(element)) is not None)


def dotted(node: ast.AST) -> str | None:
    """The source spelling of a name or attribute chain: `self.session`, or None for anything else."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def bindings(source: Source) -> Iterator[tuple[str, ast.expr, ast.stmt]]:
    """Every name or attribute chain that a statement binds: its spelling, the value and the statement.

    Assignments, annotated ones, and `with value as name`.
    """
    for assign in source.nodes(ast.Assign):
        for target in assign.targets:
            if (name := dotted(target)) is not None:
                yield name, assign.value, assign
    for annotated in source.nodes(ast.AnnAssign):
        if annotated.value is not None and (name := dotted(annotated.target)) is not None:
            yield name, annotated.value, annotated
    blocks: list[ast.With | ast.AsyncWith] = [*source.nodes(ast.With), *source.nodes(ast.AsyncWith)]
    for block in blocks:
        for item in block.items:
            if item.optional_vars is not None and (name := dotted(item.optional_vars)) is not None:
                yield name, item.context_expr, block


def value_bound_to(source: Source, node: ast.expr | None) -> ast.expr | None:
    """What a bare name stands for where exactly one statement in view binds it; else the node itself."""
    if not isinstance(node, ast.Name):
        return node
    values = [value for name, value, _ in bindings(source) if name == node.id]
    return values[0] if len(values) == 1 else node


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Every call inside a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield inner


def receiver(call: ast.Call) -> ast.expr | None:
    """`client` of `client.get()`; None for a call of a bare name."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def method(call: ast.Call) -> str | None:
    """`get` of `client.get()`; None for a call of a bare name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else None
