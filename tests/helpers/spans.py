"""Spans kept in memory, for tests to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Spans:
    """All spans that ended; ``provider`` makes them, and ``call`` is a tracer of the test's own."""

    def __init__(self, **options: Any) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(**options)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.call = self.provider.get_tracer("test")

    def named(self, name: str) -> list[ReadableSpan]:
        """Those of a name, in the order of their beginnings."""
        return self._those(lambda span: span.name == name)

    def below(self, span: ReadableSpan) -> list[ReadableSpan]:
        """A span's own children, in the order of their beginnings."""
        return self._those(lambda each: each.parent is not None and each.parent.span_id == id_of(span))

    def _those(self, wanted: Callable[[ReadableSpan], bool]) -> list[ReadableSpan]:
        found = [span for span in self._exporter.get_finished_spans() if wanted(span)]
        return sorted(found, key=lambda span: span.start_time or 0)


def id_of(span: ReadableSpan) -> int:
    """The id by which other spans name this one."""
    assert span.context is not None
    return int(span.context.span_id)


def linked(span: ReadableSpan) -> list[int]:
    """The ids of the spans that this one has links to."""
    return [link.context.span_id for link in span.links]


def within(inner: ReadableSpan, outer: ReadableSpan) -> bool:
    """Whether one span's time lies in the other's."""
    assert inner.start_time
    assert inner.end_time
    assert outer.start_time
    assert outer.end_time
    return outer.start_time <= inner.start_time <= inner.end_time <= outer.end_time
