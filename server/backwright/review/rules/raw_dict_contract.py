"""BW201: a route that takes its body as an unchecked dictionary."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._fastapi import Route, routes, shapeless
from backwright.review.source import Source, lines_of

_BODY_METHODS = frozenset({"api_route", "delete", "patch", "post", "put"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        if route.method in _BODY_METHODS and not route.is_foreign:
            yield from _body_parameters(route)


def _body_parameters(route: Route) -> Iterator[Finding]:
    for parameter in route.parameters():
        text = shapeless(parameter.type)
        if text is not None and (parameter.marker == "Body" or (parameter.marker is None and text != "Any")):
            yield Finding(
                lines_of(parameter.type) if parameter.type else (parameter.argument.lineno,),
                f"`{parameter.argument.arg}: {text}` accepts any JSON object: nothing is validated and the schema names"
                " no field; declare a Pydantic model",
            )


RULE = Rule(
    code="BW201",
    name="raw-dict-contract",
    kind="raw-dict-contract",
    severity=Severity.WARNING,
    summary="A route takes its body as a plain dict, so that nothing is validated and clients see no schema.",
    check_source=_check,
)
