"""What a statement of an application's module does: makes something, or mounts something on it."""

from __future__ import annotations

import ast
from collections.abc import Collection


def made_by(statement: ast.stmt, makers: Collection[str]) -> str | None:
    """The name that a statement binds to a call of one of the makers: `app` of `app = FastAPI()`."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None
    value = statement.value
    made = isinstance(value, ast.Call) and last_name(value.func) in makers
    return target.id if made and isinstance(target, ast.Name) else None


def unaliased(tree: ast.Module) -> ast.Module:
    """The tree with each class and function under the name that its own module gives it, changed in place.

    `AsyncSession` may be imported as `S`; a name that the module binds itself as well stays.
    """
    aliases = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.asname != alias.name
    }
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)] if aliases else []
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for node in names:
        if node.id not in bound:
            node.id = aliases.get(node.id, node.id)
    return tree


def is_mount(statement: ast.stmt, receiver: str, method: str) -> bool:
    """Whether a statement is `<receiver>.<method>(...)`."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr == method
        and isinstance(statement.value.func.value, ast.Name)
        and statement.value.func.value.id == receiver
    )


def last_name(node: ast.expr) -> str | None:
    """The last part of a dotted name: `FastAPI` of `fastapi.FastAPI`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
