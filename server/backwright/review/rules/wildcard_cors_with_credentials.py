"""BW403: every origin may send credentials."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import is_literal, texts_of, value_bound_to
from backwright.review.source import Source, keyword, last_name

_EVERYTHING = frozenset({"*", ".*", "^.*$", ".+", "https?://.*", "http.*"})


def _is_cors(call: ast.Call) -> bool:
    """Whether the call sets up Starlette's or Flask-CORS's middleware, directly or as an argument."""
    named = [call.func, *call.args[:1], *([cls] if (cls := keyword(call, "middleware_class")) else [])]
    return any(last_name(node) in {"CORSMiddleware", "CORS"} for node in named)


def _alternatives(value: ast.expr | None) -> list[ast.expr]:
    """The values that an expression may have: `origins or ["*"]` allows everything where nobody sets origins."""
    if isinstance(value, ast.IfExp):
        return [value.body, value.orelse]
    if isinstance(value, ast.BoolOp):
        return value.values
    return [] if value is None else [value]


def _wildcard(source: Source, call: ast.Call) -> tuple[int, ...]:
    """The lines that allow every origin: the keyword's, and that of the value it names."""
    for name in ("allow_origins", "allow_origin_regex", "origins"):
        given = keyword(call, name)
        for value in _alternatives(value_bound_to(source, given)):
            if given is not None and not _EVERYTHING.isdisjoint(texts_of(value)):
                constants = (element for element in ast.walk(value) if isinstance(element, ast.Constant))
                return (given.lineno, *(element.lineno for element in constants))
    return ()


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    for call in filter(_is_cors, source.calls()):
        credentials = keyword(call, "allow_credentials") or keyword(call, "supports_credentials")
        origins = _wildcard(source, call)
        if credentials is not None and is_literal(credentials, True) and origins:  # noqa: FBT003  # the literal
            yield Finding(
                (origins[0], credentials.lineno, *origins[1:]),
                "every origin may call with the user's cookies, so any web page can act as the user; "
                "list the origins that you trust",
            )


RULE = Rule(
    code="BW403",
    name="wildcard-cors-with-credentials",
    kind="cors-wildcard-credentials",
    severity=Severity.ERROR,
    summary="CORS allows every origin together with credentials: any web page can act as the signed-in user.",
    check_source=_check,
)
