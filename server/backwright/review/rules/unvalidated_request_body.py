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

_READS = frozenset({"form", "json"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        if route.is_foreign:
            continue
        requests = {p.argument.arg for p in route.parameters() if p.type and last_name(p.type) == "Request"}
        for call in _reads(route, requests):
            if _is_picked_apart(source, route, call):
                text = ast.unparse(call)
                # An HTML form's fields are all strings, and often read with a default.
                is_form = text.endswith("form()")
                yield Finding(
                    head_of(call),
                    f"`await {text}` is used field by field without validation, and the schema shows no body; declare a"
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


def _is_picked_apart(source: Source, route: Route, call: ast.Call) -> bool:
    """Whether fields are read from the value by name, and it is never handed to anything that could check it."""
    awaited = source.parent(call)
    parent = None if awaited is None else source.parent(awaited)
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
