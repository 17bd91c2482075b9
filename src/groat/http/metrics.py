"""Counters of this process, in Prometheus' text form.

Requests are counted in plain dictionaries, for labelled counters cost more than a request may.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from groat import Groat

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics(Collector):
    """Counts requests, and reads the committer's and the live side's own counts when asked."""

    def __init__(self, groat: Groat, live: Any) -> None:
        self._groat = groat
        self._live = live
        self._requests: dict[tuple[str, int], int] = {}
        self._seconds: dict[str, list[float]] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def count(self, operation: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (operation, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._seconds.get(operation)
        if times is None:
            times = self._seconds[operation] = [0.0] * (len(BUCKETS_S) + 2)
        times[bisect_left(BUCKETS_S, seconds)] += 1
        times[-1] += seconds

    def text(self) -> bytes:
        """All metrics in the text form."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        requests = CounterMetricFamily(
            "groat_http_requests", "HTTP requests answered", labels=["operation", "status"]
        )
        for (operation, status), count in self._requests.items():
            requests.add_metric([operation, str(status)], count)
        yield requests
        durations = HistogramMetricFamily(
            "groat_http_request_seconds", "Time to answer HTTP requests", labels=["operation"]
        )
        for operation, times in self._seconds.items():
            buckets: list[tuple[str, float]] = []
            so_far = 0.0
            for bound, many in zip((*map(str, BUCKETS_S), "+Inf"), times[:-1], strict=True):
                so_far += many
                buckets.append((bound, so_far))
            durations.add_metric([operation], buckets, times[-1])
        yield durations
        yield from self._committer()
        yield from self._live_stats()

    def _committer(self) -> Iterator[Metric]:
        committer = self._groat.committer
        stats = committer.stats
        yield GaugeMetricFamily("groat_queue_waiting", "Commands waiting for a batch", committer.waiting)
        for name, help_, value in (
            ("groat_batches", "Batches committed", stats.batches),
            ("groat_commands", "Commands decided", stats.commands),
            ("groat_commit_seconds", "Seconds spent committing", stats.commit_s),
            ("groat_holds_expired", "Holds that expired", stats.expired),
            ("groat_batches_failed", "Batches that had to be run again or given up", stats.failed_batches),
            ("groat_overloaded", "Commands turned away because the queue was full", stats.overloaded),
        ):
            yield CounterMetricFamily(name, help_, value)
        refusals = CounterMetricFamily("groat_refusals", "Commands refused", labels=["code"])
        for code, count in stats.refusals.items():
            refusals.add_metric([code], count)
        yield refusals

    def _live_stats(self) -> Iterator[Metric]:
        for name, value in msgspec.structs.asdict(self._live.stats).items():
            if isinstance(value, int | float):
                yield GaugeMetricFamily(f"groat_live_{name}", "See docs/live-protocol.md", value)
