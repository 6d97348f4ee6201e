"""BW603: a request is repeated although its answer says that the request itself is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import elements, value_bound_to
from backwright.review.source import FunctionNode, Source, keyword, last_name, lines_of

# An answer 4xx is raised as one of these. The first kind has no other meaning; the others also stand for failures of
# the network, so that `raise_for_status` must be in view.
_STATUS_ERRORS = frozenset({"HTTPStatusError", "ClientResponseError"})
_BROAD_ERRORS = frozenset({"Exception", "BaseException", "HTTPError", "RequestException", "ClientError"})
# 408, 425 and 429 ask for another try; 409 and 423 speak of a conflict or a lock that passes.
_PASSING = frozenset({408, 409, 423, 425, 429})
_RETRIERS = frozenset({"retry", "on_exception", "task", "shared_task"})
_ADVICE = "an answer 4xx stays the same however often it is asked; retry network errors, 429 and 5xx only"


def _retried(source: Source, decorator: ast.Call) -> tuple[ast.expr, list[ast.expr]] | None:
    """What a decorator retries on: where to point and the exception classes; None where a predicate decides."""
    name = source.last(decorator.func)
    if name not in _RETRIERS:
        return None
    if name == "on_exception":  # backoff: (wait_gen, exception, giveup=...)
        given = keyword(decorator, "giveup") is None and len(decorator.args) > 1
        return (decorator.args[1], elements(decorator.args[1])) if given else None
    celery = keyword(decorator, "autoretry_for")
    if celery is not None:
        given = keyword(decorator, "dont_autoretry_for") is None
        return (celery, elements(celery)) if given else None
    condition = keyword(decorator, "retry")
    if not isinstance(condition, ast.Call) or last_name(condition.func) != "retry_if_exception_type":
        return None
    return condition, elements(condition.args[0]) if condition.args else []


def _looks_at_status(function: FunctionNode) -> bool:
    """Whether the body itself compares a status, and so may treat a 4xx apart."""
    attributes = {
        inner.attr
        for compare in ast.walk(function)
        if isinstance(compare, (ast.Compare, ast.If, ast.Match))
        for inner in ast.walk(compare)
        if isinstance(inner, ast.Attribute)
    }
    return not attributes.isdisjoint({"status_code", "status", "is_client_error", "code"})


def _raises_for_status(function: FunctionNode) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "raise_for_status" for node in ast.walk(function))


def _decorated(source: Source) -> Iterator[Finding]:
    for function in source.functions():
        for decorator in function.decorator_list:
            retried = _retried(source, decorator) if isinstance(decorator, ast.Call) else None
            if retried is None or _looks_at_status(function):
                continue
            where, errors = retried
            names = {last_name(error) or "" for error in errors} or {"Exception"}
            broad = names & _BROAD_ERRORS if _raises_for_status(function) else frozenset()
            found = sorted(names & _STATUS_ERRORS | broad)
            if found:
                yield Finding(lines_of(where), f"this retries on `{found[0]}` whatever the status: {_ADVICE}")


def _client_statuses(source: Source, node: ast.expr | None) -> list[int]:
    """The statuses in a display that tell the client to ask something else."""
    values = (element.value for element in elements(value_bound_to(source, node)) if isinstance(element, ast.Constant))
    return [value for value in values if isinstance(value, int) and 400 <= value < 500 and value not in _PASSING]  # noqa: PLR2004  # the 4xx


def _is_retry_list(name: str) -> bool:
    upper = name.upper()
    return (
        "RETR" in upper
        and ("STATUS" in upper or "CODES" in upper)
        and not {"NO", "NON", "NEVER", "NOT"} & set(upper.split("_"))
    )


def _lists(source: Source) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Every display of statuses to retry on: where to point and the display."""
    for call in source.calls():
        given = keyword(call, "status_forcelist")
        if given is not None:
            yield given, given
    for assign in source.nodes(ast.Assign):
        if any(_is_retry_list(last_name(target) or "") for target in assign.targets):
            value = assign.value
            wrapped = (
                isinstance(value, ast.Call) and last_name(value.func) in {"frozenset", "set", "tuple"} and value.args
            )
            yield value, value.args[0] if isinstance(value, ast.Call) and wrapped else value


def _listed(source: Source) -> Iterator[Finding]:
    for where, display in _lists(source):
        statuses = _client_statuses(source, display)
        if statuses:
            yield Finding(
                lines_of(where),
                f"status {', '.join(map(str, statuses))} is retried here: {_ADVICE}",
                confidence=Confidence.MEDIUM,
            )


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    yield from _decorated(source)
    yield from _listed(source)


RULE = Rule(
    code="BW603",
    name="retry-on-client-error",
    kind="retry-4xx",
    severity=Severity.WARNING,
    summary="A retry that includes answers 4xx: the same wrong request again, slower, and against rate limits.",
    check_source=_check,
)
