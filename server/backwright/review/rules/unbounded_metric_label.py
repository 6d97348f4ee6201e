"""BW606: a metric's label takes a value of which there is no end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import elements, method, text_of
from backwright.review.source import Source, keyword, last_name, lines_of

_METRICS = frozenset({"Counter", "Gauge", "Histogram", "Summary", "Enum", "Info"})
_ENDLESS = re.compile(
    r"(?:user|account|customer|order|request|session|trace|span|correlation|message|transaction|object)_?(?:id|uuid)"
    r"|e?mail|email_address|ip|ip_address|client_ip|user_agent|query_string|timestamp|raw_path|full_url",
    re.IGNORECASE,
)
_RAW_PATHS = frozenset({"request.url", "request.url.path", "str(request.url)", "str(request.url.path)", "request.path"})


def _declared(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """The label names with which a metric of prometheus_client is made."""
    for call in filter(lambda call: _is_metric(source, call), source.calls()):
        names = keyword(call, "labelnames") or (call.args[2] if len(call.args) > 2 else None)  # noqa: PLR2004  name, help, labels
        for element in elements(names):
            name = text_of(element)
            if name is not None and _ENDLESS.fullmatch(name):
                yield element, name


def _is_metric(source: Source, call: ast.Call) -> bool:
    """Whether the call makes a metric; a hunk without imports shows it by a name, a text and labels."""
    name = last_name(call.func)
    if name not in _METRICS:
        return False
    known = source.qualified(call.func)
    shown = len(call.args) > 2 and all(text_of(one) is not None for one in call.args[:2])  # noqa: PLR2004  name, help, labels
    return known == f"prometheus_client.{name}" or (known is None and source.basis is Basis.FRAGMENT and shown)


def _used(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """The labels with which a metric is counted, where their names or their values say that there is no end of them."""
    for call in source.calls():
        if method(call) != "labels":
            continue
        for argument in call.keywords:
            if argument.arg is not None and (_ENDLESS.fullmatch(argument.arg) or _is_raw_path(argument.value)):
                yield argument.value, argument.arg
        for value in call.args:
            name = last_name(value) or ""
            if _ENDLESS.fullmatch(name) or _is_raw_path(value):
                yield value, name or "path"


def _is_raw_path(value: ast.expr) -> bool:
    return ast.unparse(value) in _RAW_PATHS


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for node, name in (*_declared(source), *_used(source)):
        yield Finding(
            lines_of(node),
            f"the label `{name}` has a value for each user, request or address: every one is a new time series, until"
            " the metrics store is full; label with the route's template or a class of values, and log the rest",
        )


RULE = Rule(
    code="BW606",
    name="unbounded-metric-label",
    kind="metric-cardinality",
    severity=Severity.WARNING,
    summary="A metric label with endless values: each makes a time series of its own, until the store is full.",
    check_source=_check,
)
