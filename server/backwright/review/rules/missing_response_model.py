"""BW202: a route that declares nothing about what it returns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._fastapi import Route, returns_data, routes
from backwright.review.source import Source, keyword, last_name, spread

_DECLARES = ("response_model", "response_class", "responses")
_BODILESS = re.compile(r"(204|205|30[0-9])")


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        if not _declares(route) and not _router_declares(source, route) and returns_data(source, route):
            yield Finding(
                route.lines,
                f"`{route.function.name}` declares no response model: whatever it returns goes out unfiltered and the"
                " OpenAPI schema is empty; annotate the return or give response_model",
                confidence=Confidence.MEDIUM if source.basis is Basis.FRAGMENT else None,
            )


def _declares(route: Route) -> bool:
    """Whether the route says what it returns, or that it returns nothing of interest."""
    if route.function.returns is not None or spread(route.decorator) or route.is_hidden or route.is_probe:
        return True
    if any(keyword(route.decorator, name) is not None for name in _DECLARES):
        return True
    status = keyword(route.decorator, "status_code")
    return route.method in {"head", "options"} or (status is not None and _is_bodiless(status))


def _is_bodiless(status: ast.expr) -> bool:
    """204, 205 and redirects, as numbers or as `status.HTTP_204_NO_CONTENT`."""
    text = str(status.value) if isinstance(status, ast.Constant) else last_name(status) or ""
    return _BODILESS.search(text) is not None or text in {"NO_CONTENT", "FOUND", "SEE_OTHER", "TEMPORARY_REDIRECT"}


def _router_declares(source: Source, route: Route) -> bool:
    """Whether the router itself, where it is in view, hides its routes or gives them a response class."""
    receiver = route.decorator.func.value if isinstance(route.decorator.func, ast.Attribute) else None
    for call in source.calls():
        parent = source.parent(call)
        if isinstance(parent, ast.Assign) and last_name(parent.targets[0]) == last_name(receiver or parent):
            hidden = keyword(call, "include_in_schema")
            if keyword(call, "default_response_class") is not None or hidden is not None:
                return True
    return False


RULE = Rule(
    code="BW202",
    name="missing-response-model",
    kind="route-no-response-model",
    severity=Severity.WARNING,
    summary="A route has neither a response model nor a return annotation, so that any field it returns goes out and"
    " clients see no schema.",
    check_source=_check,
)
