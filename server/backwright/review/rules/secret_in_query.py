"""BW207: a password or a token as a query or path parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._fastapi import Parameter, Route, routes
from backwright.review.source import Source, last_name

_SECRET = re.compile(
    r"(.*_)?(password|passwd|passphrase|secret|api_?key|private_key)|(access|refresh|auth|id|bearer|jwt)_token",
    re.IGNORECASE,
)
_SCALARS = frozenset({None, "SecretStr", "str"})
_BODY_METHODS = frozenset({"delete", "patch", "post", "put"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        for parameter in route.parameters():
            if _is_in_url(parameter) and _is_secret(route, parameter):
                name = parameter.argument.arg
                place = "path" if name in route.path_parameters else "query"
                yield Finding(
                    (parameter.argument.lineno,),
                    f"`{name}` is a {place} parameter, so the secret stands in access logs, browser history and Referer"
                    " headers; take it from the body or a header",
                )


def _is_in_url(parameter: Parameter) -> bool:
    """Whether FastAPI fills the parameter from the URL: a scalar that is bound to nothing else."""
    if parameter.marker not in {None, "Path", "Query"}:
        return False
    kind = None if parameter.type is None else last_name(parameter.type) or "other"
    return kind in _SCALARS


def _is_secret(route: Route, parameter: Parameter) -> bool:
    """By name; a plain `token` only where a body could carry it: links in mails have no body."""
    name = parameter.argument.arg
    if name == "token":
        return route.method in _BODY_METHODS and name not in route.path_parameters
    return _SECRET.fullmatch(name) is not None


RULE = Rule(
    code="BW207",
    name="secret-in-query",
    kind="route-secret-in-query",
    severity=Severity.WARNING,
    summary="A password, key or token is a query or path parameter, so that it is written to every log on the way.",
    check_source=_check,
)
