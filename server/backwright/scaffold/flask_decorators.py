"""What a decorator that an application wrote itself does with the view that it stands around."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.scaffold.statements import last_name


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator that was read.

    Args:
        line: where it is defined.
        factory: whether it is called to give the decorator.
        wraps: whether the view keeps its name.
        passes: how many arguments it gives to the view before those of the route.
        attribute: the attribute of `g` that it sets, empty where it sets none.
    """

    line: int
    factory: bool
    wraps: bool
    passes: int
    attribute: str


def read_decorator(function: ast.FunctionDef) -> Decorator | None:
    """What the function does; None where it is no decorator."""
    inner = next(_functions(function), None)
    if inner is None:
        return None
    innermost = next(_functions(inner), None)
    factory = innermost is not None
    outer, around = (inner, innermost) if innermost is not None else (function, inner)
    view = outer.args.args[0].arg if outer.args.args else ""
    calls = [n for n in ast.walk(around) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    views = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == view]
    if not views:
        # `current_app.ensure_sync(view)(...)` and the like.
        views = [n for n in ast.walk(around) if isinstance(n, ast.Call) and _mentions(n.func, view)]
    if not views:
        return None
    given = max(len([each for each in call.args if not isinstance(each, ast.Starred)]) for call in views)
    named = sum(1 for call in views for each in call.keywords if each.arg is not None)
    marks = [last_name(each.func) for n in (outer, around) for each in n.decorator_list if isinstance(each, ast.Call)]
    attributes = [attribute for node in ast.walk(around) if (attribute := _set_on_g(node))]
    return Decorator(
        line=function.lineno,
        factory=factory,
        wraps="wraps" in marks,
        # Arguments by name are for views that know them: more than can be followed.
        passes=given if named == 0 else given + 2,
        attribute=attributes[0] if attributes else "",
    )


def _functions(function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    return (each for each in function.body if isinstance(each, ast.FunctionDef))


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node)) and isinstance(node, ast.Call)


def _set_on_g(node: ast.AST) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else []
    for each in targets:
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "g":
            return each.attr
    return ""
