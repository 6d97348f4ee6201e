"""The span of each message, as the SDK's, without what a client wrote."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from mcp.server.context import CallNext, HandlerResult
from mcp.shared._otel import extract_trace_context, otel_span
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from opentelemetry.trace import Span, SpanKind, StatusCode
from pydantic import ValidationError

from backwright.mcp_api._errors import Context
from backwright.mcp_api._observed import METHODS, error_code
from backwright.observing.requests import known

_CALL: Final = "tools/call"


class MessageSpans:
    """Wraps each message in a span with the SDK's names and attributes.

    The SDK's own takes the name of a tool, the id and the text of an error as they are, which a client writes or which
    repeat what it wrote.

    Args:
        tools: the names of the tools that there are.
    """

    def __init__(self, tools: Collection[str]) -> None:
        self._tools = frozenset(tools)

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Answer one message inside of its span."""
        method = known(ctx.method, METHODS) if ctx.request_id is not None else "notification"
        attributes: dict[str, str] = {"mcp.method.name": method, "mcp.protocol.version": ctx.protocol_version}
        name = method
        if method == _CALL:
            tool = known((ctx.params or {}).get("name"), self._tools)
            attributes |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
            name = f"{method} {tool}"
        with otel_span(
            name=name,
            kind=SpanKind.SERVER,
            attributes=attributes,
            context=extract_trace_context(ctx.meta),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                result = await call_next(ctx)
            except MCPError as error:
                _failed(span, str(error.error.code))
                raise
            except ValidationError:
                _failed(span, str(INVALID_PARAMS))
                raise
            except Exception as error:
                _failed(span, type(error).__qualname__)
                raise
            if method == _CALL and (code := error_code(result)) is not None:
                _failed(span, code)
            return result


def _failed(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    if kind.lstrip("-").isdigit():
        span.set_attribute("rpc.response.status_code", kind)
    span.set_status(StatusCode.ERROR)
