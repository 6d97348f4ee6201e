"""Whether anyone traces this process: if not, the SDK need not open a span for each message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mcp.server._otel import OpenTelemetryMiddleware
from mcp.server.context import ServerMiddleware
from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider


def needed(middleware: Iterable[ServerMiddleware[Any]], tools: Collection[str] = ()) -> list[ServerMiddleware[Any]]:
    """The middleware of a server without the SDK's spans where no tracer provider has been set up, else with ours.

    A span that nobody records costs a warm answer as much as its routing. A provider is set up before the server is
    built: by `opentelemetry-instrument`, by OTEL_PYTHON_TRACER_PROVIDER, or by `observing.spans`.

    Args:
        middleware: what the SDK puts there.
        tools: the names of the tools that there are.
    """
    given = list(middleware)
    others = [each for each in given if not isinstance(each, OpenTelemetryMiddleware)]
    if len(others) == len(given) or isinstance(get_tracer_provider(), ProxyTracerProvider):
        return others
    from backwright.mcp_api._message_spans import MessageSpans
    from backwright.observing.spans import watch_engines

    watch_engines()
    return [MessageSpans(tools), *others]
