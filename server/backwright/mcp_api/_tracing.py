"""Whether anyone traces this process: if not, the SDK need not open a span for each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mcp.server._otel import OpenTelemetryMiddleware
from mcp.server.context import ServerMiddleware
from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider


def needed(middleware: Iterable[ServerMiddleware[Any]]) -> list[ServerMiddleware[Any]]:
    """The middleware of a server without the SDK's spans where no tracer provider has been set up.

    A span that nobody records costs a warm answer as much as its routing. Instrumentation sets its provider up before
    the program starts, by `opentelemetry-instrument` or OTEL_PYTHON_TRACER_PROVIDER.
    """
    traced = not isinstance(get_tracer_provider(), ProxyTracerProvider)
    return [each for each in middleware if traced or not isinstance(each, OpenTelemetryMiddleware)]
