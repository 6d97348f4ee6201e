"""BW203: a route whose declared response says nothing of its fields."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._fastapi import returns_data, routes, shapeless
from backwright.review.source import Source, keyword, lines_of


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        if route.is_hidden or route.is_probe:
            continue
        model = keyword(route.decorator, "response_model")
        declared = route.function.returns if model is None else model
        text = shapeless(declared)
        if model is None and not returns_data(source, route):
            continue
        if declared is not None and text is not None and keyword(route.decorator, "response_class") is None:
            where = "returns" if model is None else "has the response model"
            yield Finding(
                lines_of(declared),
                f"`{route.function.name}` {where} `{text}`, which filters nothing and documents nothing; declare a"
                " Pydantic model",
            )


RULE = Rule(
    code="BW203",
    name="weak-response-model",
    kind="route-weak-response-model",
    severity=Severity.WARNING,
    summary="A route's response is declared as dict or Any, so that nothing is filtered and the schema names no field.",
    check_source=_check,
)
