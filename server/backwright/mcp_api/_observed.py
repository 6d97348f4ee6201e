"""Middleware: what is told of each message of the protocol."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import anyio
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, CallToolResult
from pydantic import ValidationError

from backwright.mcp_api._caller import principal_of
from backwright.mcp_api._errors import Context
from backwright.observing.requests import LOCAL, OTHER, Observing, Seen, known, trace_id
from backwright.observing.spans import current_trace

METHODS: Final = frozenset(
    {
        *("initialize", "server/discover", "ping", "subscriptions/listen", "completion/complete", "logging/setLevel"),
        *("tools/list", "tools/call", "prompts/list", "prompts/get"),
        *("resources/list", "resources/templates/list", "resources/read", "resources/directory/read"),
        *("resources/subscribe", "resources/unsubscribe", "skills/list", "skills/get"),
    }
)
"""The methods that are told by name."""

_SCOPE: Final = "backwright.seen"
_CODES: Final = frozenset({-32700, -32600, INVALID_PARAMS, METHOD_NOT_FOUND, -32603, -32002, -32020, -32021, -32022})


def carry(scope: dict[str, object], seen: Seen) -> None:
    """Hand what is told of an HTTP request to the middleware, which knows what it asks for."""
    scope[_SCOPE] = seen


class Observed:
    """See the module.

    Args:
        observing: who is told.
        tools: the names of the tools that there are.
    """

    def __init__(self, observing: Observing, tools: Collection[str]) -> None:
        self._observing = observing
        self._tools = frozenset(tools)

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Answer one message, and tell of it."""
        if ctx.request_id is None:
            return await call_next(ctx)
        over_http = _carried(ctx)
        if over_http is not None:
            # Whoever has begun it will say when it has ended.
            return await self._answer(over_http, ctx, call_next)
        seen = Seen("stdio", principal=LOCAL)
        end = self._observing.begin(seen)
        try:
            return await self._answer(seen, ctx, call_next)
        finally:
            end()

    async def _answer(self, seen: Seen, ctx: Context, call_next: CallNext) -> HandlerResult:
        seen.method = known(ctx.method, METHODS)
        if seen.method == "tools/call":
            seen.tool = known((ctx.params or {}).get("name"), self._tools)
        seen.trace_id = current_trace() or trace_id((ctx.meta or {}).get("traceparent")) or seen.trace_id
        principal = principal_of(ctx)
        if principal is not None:
            seen.principal = self._observing.pseudonym(principal.name)
        try:
            result = await call_next(ctx)
        except MCPError as error:
            seen.ended("protocol_error", str(error.error.code) if error.error.code in _CODES else OTHER)
            raise
        except ValidationError:
            seen.ended("protocol_error", str(INVALID_PARAMS))
            raise
        except anyio.get_cancelled_exc_class():
            seen.ended("cancelled")
            raise
        except Exception:
            seen.ended("protocol_error", "-32603")
            raise
        if seen.method == "tools/call":
            code = error_code(result)
            if code is not None:
                seen.ended("error", code)
        return result


def _carried(ctx: Context) -> Seen | None:
    scope = getattr(ctx.request, "scope", None)
    seen = scope.get(_SCOPE) if isinstance(scope, dict) else None
    return seen if isinstance(seen, Seen) else None


def error_code(result: HandlerResult) -> str | None:
    """The code of a tool's error; None where it is none. The codes are those of our own tree."""
    match result:
        case CallToolResult(is_error=True, structured_content=content):
            pass
        case {"isError": True, **rest}:
            content = rest.get("structuredContent")
        case _:
            return None
    code = content.get("code") if isinstance(content, Mapping) else None
    return code if isinstance(code, str) else OTHER
