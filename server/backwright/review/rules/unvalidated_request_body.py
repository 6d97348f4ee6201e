"""BW206: a route that reads the raw request and picks fields from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of, walk_own
from backwright.review.rules._fastapi import Route, routes
from backwright.review.source import Source, last_name

_LOADS = frozenset({"json.loads", "orjson.loads", "ujson.loads"})
_READS = frozenset({"form", "json"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        if route.is_foreign:
            continue
        requests = {p.argument.arg for p in route.parameters() if p.type and last_name(p.type) == "Request"}
        read = ((call, source.parent(call)) for call in _reads(route, requests))
        for call, value in (*read, *((call, call) for call in _loads(source, route, requests))):
            if _is_picked_apart(source, route, value):
                text = ast.unparse(value or call)
                # An HTML form's fields are all strings, and often read with a default.
                is_form = text.endswith("form()")
                yield Finding(
                    head_of(call),
                    f"`{text}` is used field by field without validation, and the schema shows no body; declare a"
                    " Pydantic model as a parameter",
                    severity=Severity.INFO if is_form else None,
                    confidence=Confidence.MEDIUM if is_form else None,
                )


def _reads(route: Route, requests: set[str]) -> Iterator[ast.Call]:
    """`await request.json()` and `await request.form()` in the route's own body."""
    for node in walk_own(route.function.body):
        call = node.value if isinstance(node, ast.Await) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in _READS:
            continue
        if isinstance(call.func.value, ast.Name) and call.func.value.id in requests:
            yield call


def _loads(source: Source, route: Route, requests: set[str]) -> Iterator[ast.Call]:
    """`json.loads(await request.body())`, at once or by way of a name."""
    bodies = {
        target.id
        for assign in source.nodes(ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Name) and _is_body(assign.value, requests)
    }
    for node in walk_own(route.function.body):
        first = node.args[0] if isinstance(node, ast.Call) and node.args else None
        given = _is_body(first, requests) or (isinstance(first, ast.Name) and first.id in bodies)
        if isinstance(node, ast.Call) and given and source.qualified(node.func) in _LOADS:
            yield node


def _is_body(node: ast.expr | None, requests: set[str]) -> bool:
    """`await request.body()`, decoded or not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "decode":
        node = node.func.value
    call = node.value if isinstance(node, ast.Await) else None
    func = call.func if isinstance(call, ast.Call) else None
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "body"
        and isinstance(func.value, ast.Name)
        and func.value.id in requests
    )


def _is_picked_apart(source: Source, route: Route, value: ast.AST | None) -> bool:
    """Whether fields are read from the value by name, and it is never handed to anything that could check it."""
    parent = None if value is None else source.parent(value)
    if not isinstance(parent, (ast.Assign, ast.AnnAssign)):
        return isinstance(parent, (ast.Attribute, ast.Subscript))
    target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
    if not isinstance(target, ast.Name):
        return False
    names = (node for node in walk_own(route.function.body) if isinstance(node, ast.Name) and node.id == target.id)
    uses = [source.parent(name) for name in names if name is not target]
    return bool(uses) and all(isinstance(use, (ast.Attribute, ast.Subscript)) for use in uses)


RULE = Rule(
    code="BW206",
    name="unvalidated-request-body",
    kind="route-raw-request",
    severity=Severity.WARNING,
    summary="A route reads fields from the raw request body, so that nothing is validated and the schema shows no"
    " body.",
    check_source=_check,
)
