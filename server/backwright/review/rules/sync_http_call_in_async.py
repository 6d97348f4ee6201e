"""BW101: a blocking HTTP client called on the event loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import Origins, head_of, is_awaited
from backwright.review.source import Source

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_FUNCTIONS = frozenset(
    {"urllib.request.urlopen", "urllib.request.urlretrieve", "urllib3.request"}
    | {f"{module}.{verb}" for module in ("httpx", "requests") for verb in _VERBS - {"send"}}
)
_SESSIONS = frozenset(
    {"httpx.Client", "requests.Session", "requests.session", "requests.sessions.Session", "urllib3.PoolManager"}
)
_BOTO_CLIENTS = frozenset(
    {
        "boto3.client",
        "boto3.Session.client",
        "boto3.session.Session.client",
        "boto3.resource",
        "boto3.Session.resource",
        "boto3.session.Session.resource",
    }
)
_BOTO_OFFLINE = frozenset(
    {
        "can_paginate",
        "close",
        "generate_presigned_post",
        "generate_presigned_url",
        "get_paginator",
        "get_waiter",
    }
)


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    origins = source.derived(Origins)
    for call in source.calls():
        if not source.in_async(call) or is_awaited(source, call):
            continue
        name = blocking_name(source, origins, call)
        if name is not None:
            yield Finding(
                head_of(call),
                f"`{name}` blocks the event loop until the other side answers; use an async client, or hand the call to"
                " `asyncio.to_thread`",
            )


def blocking_name(source: Source, origins: Origins, call: ast.Call) -> str | None:
    """The blocking operation that the call is, by name, or None."""
    name = source.qualified(call.func)
    if name in _FUNCTIONS:
        return name
    if not isinstance(call.func, ast.Attribute):
        return None
    origin, verb = origins.of(call.func.value) or "", call.func.attr
    if origin in _SESSIONS and verb in _VERBS:
        return f"{origin}().{verb}"
    return f"{origin}().{verb}" if _is_boto(origin) and _is_online(verb) else None


def _is_boto(origin: str) -> bool:
    """A client, a resource, or a resource's child such as `boto3.resource.Bucket`."""
    base, _, child = origin.rpartition(".")
    return origin in _BOTO_CLIENTS or (base in _BOTO_CLIENTS and child[:1].isupper())


def _is_online(verb: str) -> bool:
    return verb not in _BOTO_OFFLINE and not verb[:1].isupper()


RULE = Rule(
    code="BW101",
    name="sync-http-call-in-async",
    kind="async-blocking-http",
    severity=Severity.ERROR,
    summary="requests, boto3 or another blocking client is called in an async function, which stops the event"
    " loop for every request while it waits.",
    check_source=_check,
)
