"""BW605: a Celery task that calls over the network and is lost with the first failure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import calls_in
from backwright.review.source import FunctionNode, Source, keyword, last_name, spread

_POLICY = ("autoretry_for", "base", "max_retries", "retry_backoff", "retry_kwargs")
_NETWORK = ("aiohttp.", "boto3.", "httpx.", "requests.", "smtplib.", "urllib.request.", "urllib3.")


def _task(source: Source, decorator: ast.expr) -> bool:
    """Whether the decorator makes a Celery task that says nothing of retries."""
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    shared = source.qualified(made) in {"celery.shared_task", "celery.task"}
    of_app = isinstance(made, ast.Attribute) and made.attr == "task" and _is_app(source, made.value)
    if not (shared or of_app):
        return False
    return not isinstance(decorator, ast.Call) or not (
        spread(decorator) or any(keyword(decorator, name) is not None for name in _POLICY)
    )


def _is_app(source: Source, node: ast.expr) -> bool:
    """Whether the object is a Celery application by what it is made of, or by its name."""
    name = last_name(node) or ""
    made = (
        assign.value
        for assign in source.nodes(ast.Assign)
        if any(last_name(target) == name for target in assign.targets)
    )
    return "celery" in name.lower() or any(
        isinstance(value, ast.Call) and source.last(value.func) == "Celery" for value in made
    )


def _calls_out(source: Source, function: FunctionNode) -> bool:
    names = (source.qualified(call.func) or "" for call in calls_in(function))
    return any(name.startswith(_NETWORK) for name in names)


def _handles(function: FunctionNode) -> bool:
    """Whether the task asks for its own retry or treats failures itself."""
    return any(
        isinstance(node, ast.Try) or (isinstance(node, ast.Attribute) and node.attr == "retry")
        for node in ast.walk(function)
    )


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for function in source.functions():
        decorator = next((one for one in function.decorator_list if _task(source, one)), None)
        if decorator is not None and _calls_out(source, function) and not _handles(function):
            yield Finding(
                (decorator.lineno, function.lineno),
                f"the task `{function.name}` calls over the network, and one lost connection loses its work; give it"
                " `autoretry_for`, `retry_backoff` and `max_retries`",
            )


RULE = Rule(
    code="BW605",
    name="unretried-task",
    kind="celery-no-retry-policy",
    severity=Severity.INFO,
    summary="A Celery task that calls over the network without a retry policy: a lost connection loses its work.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
