"""The span of an HTTP call, in the words of OpenTelemetry's conventions for servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from groat.api.operations import Operation
from groat.asgi import Scope

# Probes and scrapes come every few seconds and say nothing. A stream lasts as long as its reader stays.
NOT_TRACED = frozenset({"isLive", "isReady", "getMetrics", "readStream", "readStreams"})


@contextmanager
def call_span(tracer: Tracer, operation: Operation, scope: Scope) -> Iterator[Span]:
    """Open the span of one call as the current one, below the span that the caller's `traceparent` names."""
    fields = propagate.get_global_textmap().fields
    carrier = {
        field: value.decode("latin-1")
        for name, value in scope["headers"]
        if (field := name.decode("latin-1")) in fields
    }
    with tracer.start_as_current_span(
        f"{operation.method} {operation.path}",
        propagate.extract(carrier) if carrier else None,
        SpanKind.SERVER,
        {
            "http.request.method": operation.method,
            "http.route": operation.path,
            "url.path": scope["path"],
            "url.scheme": scope["scheme"],
            "groat.operation": operation.id,
        },
    ) as span:
        yield span


def tell_status(span: Span, status: int) -> None:
    """Record on a call's span how it was answered."""
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
