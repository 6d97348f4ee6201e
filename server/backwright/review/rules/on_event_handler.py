"""BW204: startup and shutdown handlers that FastAPI has deprecated for the lifespan."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of
from backwright.review.source import Source

_EVENTS = frozenset({"startup", "shutdown"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    for call in source.calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"on_event", "add_event_handler"}:
            continue
        event = call.args[0] if call.args else None
        if isinstance(event, ast.Constant) and event.value in _EVENTS:
            yield Finding(
                head_of(call),
                f'`{call.func.attr}("{event.value}")` is deprecated and is ignored once the app has a lifespan; move it'
                " to the lifespan",
            )


RULE = Rule(
    code="BW204",
    name="on-event-handler",
    kind="fastapi-on-event",
    severity=Severity.WARNING,
    summary="A startup or shutdown handler is registered by on_event, which is deprecated and never runs beside a"
    " lifespan.",
    check_source=_check,
)
