"""BW103: a second event loop, or a wait on a thread's future, inside a running event loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import Origins, head_of
from backwright.review.source import Source, last_name

_RUNNERS = ("anyio.run", "asyncio.run", "trio.run", "uvloop.run")
_THREADSAFE = "asyncio.run_coroutine_threadsafe"
_POOLS = ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor")

_ASKS = frozenset({"add_done_callback", "as_completed", "done", "wait", "wrap_future"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    origins = source.derived(Origins)
    for call in source.calls():
        if source.in_async(call):
            message = _message(source, origins, call)
            if message is not None:
                yield Finding(head_of(call), message)


def _message(source: Source, origins: Origins, call: ast.Call) -> str | None:
    """What is wrong with the call, or None."""
    name = source.qualified(call.func)
    if name in _RUNNERS:
        return f"`{name}` starts an event loop inside a running one, which raises RuntimeError; await the coroutine"
    if last_name(call.func) == "run_until_complete" and isinstance(call.func, ast.Attribute):
        return "`run_until_complete` inside a running event loop raises RuntimeError; await the coroutine"
    if isinstance(call.func, ast.Call) and source.qualified(call.func.func) == "asgiref.sync.async_to_sync":
        return "`async_to_sync` refuses to run inside an event loop; await the function itself"
    if isinstance(call.func, ast.Attribute) and call.func.attr == "result":
        return None if _is_done(source, call) else _blocking_result(origins.of(call.func.value) or "")
    return None


def _is_done(source: Source, call: ast.Call) -> bool:
    """Whether the function asks first whether the future is done, or awaits it in another way."""
    function = source.function_of(call)
    asks = (other for other in source.calls() if last_name(other.func) in _ASKS)
    return any(source.function_of(other) is function for other in asks)


def _blocking_result(origin: str) -> str | None:
    if origin == _THREADSAFE:
        return "`run_coroutine_threadsafe(...).result()` waits for the loop that it stops; await the coroutine"
    if origin in {f"{pool}.submit" for pool in _POOLS}:
        return "`Future.result()` stops the event loop until the thread is done; await `loop.run_in_executor(...)`"
    return None


RULE = Rule(
    code="BW103",
    name="event-loop-in-event-loop",
    kind="async-run-in-loop",
    severity=Severity.ERROR,
    summary="An async function starts an event loop or waits for a thread's future, which raises RuntimeError or stops"
    " the loop it runs on.",
    check_source=_check,
)
