"""Spans of the committer: how long the commands of a call waited, and which calls shared their batch.

A batch begins and ends at other times than its calls, and has many of them. So each call gets a span for its wait
(``groat.queue``) and one for each batch that held commands of it (``groat.commit``), both with a link to the batch
(``groat.batch``). The batch itself lies in the trace of the first of its calls that is traced, with links to the
others: a sampler that keeps a call then keeps its batch, which it might drop as a trace of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import time_ns

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, StatusCode, Tracer

from groat.ledger.commands import Command

# By default OpenTelemetry's SDK keeps at most so many links of a span.
LINKS_MAX = 128


class CallTrace:
    """The trace of one call's commands: their parent span, and the moment since which they wait."""

    __slots__ = ("attributes", "context", "link", "waiting_since_ns")

    def __init__(self, span: trace.Span, commands: Sequence[Command]) -> None:
        self.context = trace.set_span_in_context(span)
        self.link = Link(span.get_span_context())
        self.attributes: dict[str, str | int] = {
            "groat.kind": commands[0].kind,
            "groat.key": commands[0].key,
            "groat.commands": len(commands),
        }
        self.waiting_since_ns: int | None = time_ns()


class Traces:
    """Makes the committer's spans by a tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @staticmethod
    def call(commands: Sequence[Command]) -> CallTrace | None:
        """Return the trace of the call under whose span this runs; None if it is not traced."""
        span = trace.get_current_span()
        return CallTrace(span, commands) if commands and span.is_recording() else None

    @contextmanager
    def batch(self, calls: Iterable[CallTrace | None], commands: int) -> Iterator[None]:
        """Record the spans of one run of a batch with commands of these calls; the batch's span is current."""
        start = self._tracer.start_span
        now = time_ns()
        traced = [call for call in dict.fromkeys(calls) if call is not None]
        commits = [start("groat.commit", call.context, start_time=now) for call in traced]
        batch = start(
            "groat.batch",
            # Without a traced call the batch begins a trace of its own, whatever trace its task was started in.
            trace.set_span_in_context(commits[0]) if commits else Context(),
            attributes={"groat.commands": commands},
            links=[call.link for call in traced[1 : LINKS_MAX + 1]],
            start_time=now,
        )
        link = batch.get_span_context()
        for call, commit in zip(traced, commits, strict=True):
            commit.add_link(link)
            if call.waiting_since_ns is not None:
                since, call.waiting_since_ns = call.waiting_since_ns, None
                start(
                    "groat.queue",
                    call.context,
                    attributes=call.attributes,
                    links=[Link(link)],
                    start_time=since,
                ).end(now)
        try:
            with trace.use_span(batch, end_on_exit=True):
                yield
        except BaseException as error:
            for commit in commits:
                commit.set_status(StatusCode.ERROR, str(error))
            raise
        finally:
            for commit in commits:
                commit.end()
