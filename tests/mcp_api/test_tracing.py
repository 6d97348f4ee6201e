from __future__ import annotations

import subprocess
import sys

from tests.mcp_api._connect import PATIENCE

COUNT = (
    "from mcp.server._otel import OpenTelemetryMiddleware\n"
    "from backwright.mcp_api._tracing import needed\n"
    "print(len(needed([OpenTelemetryMiddleware()])))\n"
)
PROVIDER = "from opentelemetry import trace\ntrace.set_tracer_provider(trace.NoOpTracerProvider())\n"


def counted(program: str) -> str:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return run.stdout.strip()


def test_where_nobody_traces_no_span_is_opened() -> None:
    assert counted(COUNT) == "0"


def test_where_a_provider_is_set_up_each_message_has_its_span() -> None:
    assert counted(PROVIDER + COUNT) == "1"
