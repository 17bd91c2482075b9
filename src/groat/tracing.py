"""Traces by OpenTelemetry: where spans go, and whether there are any.

The rooms make spans with OpenTelemetry's API alone, and only where :func:`tracer_of` finds that somebody wants them.
The SDK and its exporter are the extra ``groat[otel]``, needed only by a server that sends its spans somewhere itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from threading import Thread
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, ProxyTracerProvider, Tracer, TracerProvider

from groat.settings import Settings, SettingsError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
EXPORTER = "opentelemetry.exporter.otlp.proto.http"
LAST_WORDS_S = 2.0


def tracer_of(provider: TracerProvider | None = None) -> Tracer | None:
    """The tracer of groat's spans, by this provider or the process's own; None where nobody set one up."""
    provider = provider or trace.get_tracer_provider()
    if isinstance(provider, ProxyTracerProvider | NoOpTracerProvider):
        return None
    tracer = provider.get_tracer("groat", version("groat"))
    # The SDK returns this one when OTEL_SDK_DISABLED is set.
    return None if isinstance(tracer, NoOpTracer) else tracer


def wanted(settings: Settings) -> bool:
    """Return whether the settings, or OpenTelemetry's own variables, name a place to send spans to.

    Raises SettingsError ``otel_missing``.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    by_variables = any(map(os.environ.get, ENDPOINTS)) and os.environ.get("OTEL_TRACES_EXPORTER") != "none"
    if not (settings.otlp_endpoint or by_variables):
        return False
    try:
        missing = find_spec(EXPORTER) is None
    except ModuleNotFoundError:
        missing = True
    if missing:
        raise SettingsError("otel_missing", setting="otlp_endpoint")
    return True


@contextmanager
def exporting(settings: Settings) -> Iterator[None]:
    """Meanwhile, send this process's spans where :func:`wanted` found that they shall go.

    At the end what is left is sent, unless the collector takes too long. Sampling, batches and time-outs are the SDK's,
    set by its own variables. Raises SettingsError ``otel_missing``.
    """
    if not wanted(settings):
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces" if settings.otlp_endpoint else None
    resource = Resource.create({"service.name": "groat", "service.version": version("groat")})
    resource = resource.merge(OTELResourceDetector().detect())
    provider = SdkTracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        # The exporter tries for long to reach a collector that is away. Do not wait for that.
        ending = Thread(target=provider.shutdown, name="groat-tracing", daemon=True)
        ending.start()
        ending.join(LAST_WORDS_S)


def name_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Give a log line the ids of the trace and span in which it was written (a structlog processor)."""
    span = trace.get_current_span()
    if span.is_recording():
        context = span.get_span_context()
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event
