"""Traces: the SDK's span of each message goes on into what the engines do. OpenTelemetry, by its own variables.

Nothing here is imported, beyond the API that the SDK for MCP brings along, unless a variable or a program in front of
this one (`opentelemetry-instrument`) has asked for traces.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.propagate import extract

from backwright._work import End, Facts, watch
from backwright.errors import BackwrightError

_EXPORTER: Final = "OTEL_TRACES_EXPORTER"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SPOKEN: Final = "http/protobuf"
_CARRIED: Final = ("traceparent", "tracestate")

_LOG = logging.getLogger(__name__)


def traced() -> bool:
    """Whether anyone has set up a provider of tracers for this process."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def set_up(environment: Mapping[str, str]) -> None:
    """Export traces by OTLP if the environment asks for it.

    `OTEL_TRACES_EXPORTER=otlp` or an `OTEL_EXPORTER_OTLP_ENDPOINT` asks for it; `OTEL_SDK_DISABLED=true` or
    `OTEL_TRACES_EXPORTER=none` does not. The sampler, the resource, headers, certificates and limits are the SDK's to
    read from its own variables. What cannot be done is said in the log and left undone, as the specification asks
    (opentelemetry.io, "Environment Variable Specification"): such variables are often meant for other programs.
    """
    if traced() or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    exporter = environment.get(_EXPORTER, "").strip().lower()
    asked = exporter == "otlp"
    if exporter in {"", "otlp"} and (asked or any(environment.get(name) for name in _ENDPOINTS)):
        protocol = next((value for name in _PROTOCOLS if (value := environment.get(name))), _SPOKEN)
        if protocol != _SPOKEN:
            _LOG.warning("no traces are exported: only %s is spoken; set OTEL_EXPORTER_OTLP_PROTOCOL to it", _SPOKEN)
        elif not _export(environment):
            # Where nobody asked this program, it is not worth a line.
            _LOG.log(logging.WARNING if asked else logging.DEBUG, "no traces are exported: install backwright[otlp]")
    elif exporter not in {"", "none"}:
        _LOG.warning("no traces are exported: %s knows otlp and none here", _EXPORTER)


def _export(environment: Mapping[str, str]) -> bool:
    """Set up a provider that exports; False where the exporter is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return False
    # What the environment says of the service goes before what is known here.
    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": "backwright"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


@cache
def watch_engines() -> None:
    """Let each part of the engines' work be a span below its request's; once is as often as twice."""
    watch(EngineSpans())


def flush(milliseconds: int = 2000) -> None:
    """Hand over what has not been exported yet; without an SDK there is nothing."""
    force = getattr(trace.get_tracer_provider(), "force_flush", None)
    if force is not None:
        force(milliseconds)


class EngineSpans:
    """Watches the engines: each part of their work is a span below the request's. Outside of one there are none."""

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("backwright")

    def begin(self, name: str, facts: Facts) -> End | None:
        """A span, which is the current one until the part ends."""
        if not trace.get_current_span().is_recording():
            return None
        # Facts are set at the end, when all of them are known.
        del facts
        span = self._tracer.start_span(name)
        token = otel_context.attach(trace.set_span_in_context(span))

        def end(facts: Facts, error: BaseException | None) -> None:
            span.set_attributes({f"backwright.{fact}": value for fact, value in facts.items()})
            if error is not None:
                kind = error.code if isinstance(error, BackwrightError) else type(error).__qualname__
                span.set_attribute("error.type", kind)
                # Without its text, which may repeat what a user sent.
                span.set_status(trace.StatusCode.ERROR)
            otel_context.detach(token)
            span.end()

        return end

    def tell(self, name: str, facts: Facts) -> None:
        """What came of the work is in the spans already."""


@contextmanager
def under(headers: Mapping[str, str]) -> Iterator[None]:
    """Go on with the trace that HTTP's headers name."""
    token = otel_context.attach(extract({name: headers[name] for name in _CARRIED if name in headers}))
    try:
        yield
    finally:
        otel_context.detach(token)


@contextmanager
def serving(name: str, method: str) -> Iterator[trace.Span]:
    """The span of a plain HTTP request, named for its route."""
    tracer = trace.get_tracer("backwright")
    facts = {"http.request.method": method, "http.route": name.partition(" ")[2]}
    with tracer.start_as_current_span(
        name, kind=trace.SpanKind.SERVER, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def current_trace() -> str:
    """The id of the current trace; nothing where there is none."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""
