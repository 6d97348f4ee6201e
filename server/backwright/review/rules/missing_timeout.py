"""BW601: a call over the network that may wait for ever: what ruff's S113 sees, on any line of it, and much more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import Origins
from backwright.review.rules._calls import dotted, is_literal, method
from backwright.review.source import Source, keyword, last_name, lines_of, spread

# What connects without a limit of its own, and how many positional arguments come before `timeout`.
_CONNECTS = {
    "ftplib.FTP": 4,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": 4,
    "imaplib.IMAP4": 2,
    "imaplib.IMAP4_SSL": 5,
    "socket.create_connection": 1,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 5,
    "urllib.request.urlopen": 2,
}
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_REQUESTS = frozenset(f"requests.{made}.{verb}" for made in ("Session", "session") for verb in _VERBS)
_MODULE_REQUESTS = tuple(f"requests.{verb}" for verb in _VERBS)
_MODULE_HTTPX = tuple(f"httpx.{name}" for name in (*_VERBS, "Client", "AsyncClient"))
_AIOHTTP = frozenset(f"aiohttp.ClientSession.{verb}" for verb in (*_VERBS, "ws_connect"))
_HTTPX = frozenset(f"httpx.{client}.{verb}" for client in ("Client", "AsyncClient") for verb in _VERBS)
_LIMITERS = frozenset({"timeout", "timeout_at", "wait_for", "fail_after", "move_on_after"})


def _is_limited_outside(source: Source, node: ast.AST) -> bool:
    """Whether a block or a call around the node cancels it after a while, as `asyncio.timeout` does."""
    for outer in source.parents(node):
        if isinstance(outer, ast.Call) and last_name(outer.func) in _LIMITERS:
            return True
        if isinstance(outer, (ast.With, ast.AsyncWith)):
            calls = (item.context_expr for item in outer.items if isinstance(item.context_expr, ast.Call))
            if any(last_name(call.func) in _LIMITERS for call in calls):
                return True
    return False


def _has_default(source: Source) -> bool:
    """Whether the source gives sessions or sockets a limit of its own: an adapter, a patched `request`, a default."""
    mounts = (call for call in source.calls() if last_name(call.func) in {"mount", "setdefaulttimeout"})
    inside = (inner for call in mounts for inner in ast.walk(call))
    if any("timeout" in (last_name(inner) or getattr(inner, "arg", None) or "").lower() for inner in inside):
        return True
    targets = (target for assign in source.nodes(ast.Assign) for target in assign.targets)
    return any((dotted(target) or "").endswith(".request") for target in targets)


def _sets_timeout(call: ast.Call) -> bool:
    return keyword(call, "timeout") is not None or spread(call)


def _connects(source: Source) -> Iterator[tuple[ast.Call, str]]:
    for call in source.calls(*_CONNECTS):
        name = source.qualified(call.func) or ""
        if not _sets_timeout(call) and len(call.args) <= _CONNECTS[name]:
            yield call, f"`{name}` without `timeout`"
    for call in source.calls(*_MODULE_REQUESTS):
        if not _sets_timeout(call) or is_literal(keyword(call, "timeout"), None):
            yield call, f"`{source.qualified(call.func)}` without a timeout"
    for call in source.calls(*_MODULE_HTTPX):
        if is_literal(keyword(call, "timeout"), None):
            yield call, "`timeout=None`"
    for call in source.calls("httpx.Timeout"):
        if len(call.args) == 1 and is_literal(call.args[0], None) and not call.keywords:
            yield call, "`httpx.Timeout(None)`"


def _requests(source: Source, origins: Origins) -> Iterator[tuple[ast.Call, str]]:
    """Calls of a method of a session or client; a session of aiohttp counts once, where it is made."""
    of_aiohttp = []
    for call in source.calls():
        made = origins.of(call.func) if isinstance(call.func, ast.Attribute) else None
        if made in _REQUESTS and not _sets_timeout(call):
            yield call, "a request through `requests.Session` without `timeout`"
        elif made in _HTTPX and is_literal(keyword(call, "timeout"), None):
            yield call, "`timeout=None`"
        elif made in _AIOHTTP:
            of_aiohttp.append(call)
        elif _is_remote_procedure(source, origins, call) and not _sets_timeout(call):
            yield call, "a call over gRPC without `timeout`"
    # A web socket is meant to stay open; the session's limit is none of its business.
    if not of_aiohttp or not all(_sets_timeout(call) or method(call) == "ws_connect" for call in of_aiohttp):
        for call in source.calls("aiohttp.ClientSession"):
            if not _sets_timeout(call):
                yield call, "`aiohttp.ClientSession` without `timeout`"


def _is_remote_procedure(source: Source, origins: Origins, call: ast.Call) -> bool:
    """Whether the call is of a method of a gRPC stub with one request; a stream may stay open for long."""
    func = call.func
    if not isinstance(func, ast.Attribute) or not func.attr[:1].isupper() or len(call.args) != 1:
        return False
    made = origins.of(func.value) or ""
    streamed = isinstance(source.parent(call), (ast.For, ast.AsyncFor, ast.comprehension))
    return "_pb2_grpc." in made and made.endswith("Stub") and not streamed


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path) or _has_default(source):
        return
    for call, what in (*_connects(source), *_requests(source, source.derived(Origins))):
        if not _is_limited_outside(source, call):
            patient, meant = "aiohttp" in what, "None" in what
            off = keyword(call, "timeout")
            yield Finding(
                lines_of(call) if off is None else (off.lineno, call.lineno),
                f"{what} waits {'300 seconds' if patient else 'for ever'} when the other side does not answer; "
                "give it a timeout",
                severity=Severity.WARNING if patient or meant else None,
                confidence=None if call.lineno in source.added else Confidence.MEDIUM,
            )


RULE = Rule(
    code="BW601",
    name="missing-timeout",
    kind="no-timeout",
    severity=Severity.ERROR,
    summary="A network call without a timeout: one silent peer holds the worker, and soon all workers, for ever.",
    check_source=_check,
)
