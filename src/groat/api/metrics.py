"""Counters of this process and of the other workers of its node, in Prometheus' text format.

Requests are counted in plain dictionaries, because labelled counters cost too much per request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from groat.engine.histogram import SECONDS, Histogram
from groat.live.centrifuge.protocol import DISCONNECTS

if TYPE_CHECKING:
    from groat.engine.groat import Groat
    from groat.live.socketio.relay import RelayStats

SUFFIX = ".prom"


class Metrics(Collector):
    """Counts requests, and collects the counters of the committer, the bus and the live side when asked.

    ``sources`` are collected too; programs add theirs.

    A worker among several writes its metrics to ``place``, a file that the others read. So any of them answers for
    all, with a label ``worker``.
    """

    def __init__(self, groat: Groat, live: Any) -> None:
        self.place: Path | None = None
        self._groat = groat
        self._live = live
        self.sources: list[Callable[[], Iterable[Metric]]] = []
        self._requests: dict[tuple[str, int], int] = {}
        self._seconds: dict[str, Histogram] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def count(self, operation: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (operation, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._seconds.get(operation)
        if times is None:
            times = self._seconds[operation] = Histogram(SECONDS)
        times.add(seconds)

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        if self.place is None:
            return generate_latest(self._registry)
        self.keep()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Workers(self.place.parent))
        return generate_latest(registry)

    def keep(self) -> None:
        """Write this worker's metrics to the file that the others read."""
        if self.place is not None:
            fresh = self.place.with_suffix(".new")
            fresh.write_bytes(generate_latest(self._registry))
            fresh.replace(self.place)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics. The registry calls this."""
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
            durations.add_metric([operation], times.buckets(), times.total)
        yield durations
        yield from self._committer()
        yield from self._bus()
        yield from self._order()
        yield from self._replica()
        yield from self._live_stats()
        for source in self.sources:
            yield from source()

    def _committer(self) -> Iterator[Metric]:
        committer = self._groat.committer
        stats = committer.stats
        yield GaugeMetricFamily("groat_queue_waiting", "Commands waiting for a batch", committer.waiting)
        time = self._groat.clock_watch.known
        yield GaugeMetricFamily(
            "groat_clock_leap_seconds",
            "By how much the database's clock leapt, until staff confirm it",
            0 if time is None else time.leapt / 1_000_000,
        )
        for name, help_, value in (
            ("groat_batches", "Batches committed", stats.batches),
            ("groat_commands", "Commands decided", stats.commands),
            ("groat_holds_expired", "Holds that expired", stats.expired),
            ("groat_batches_failed", "Batches that had to be run again or given up", stats.failed_batches),
            ("groat_overloaded", "Commands turned away because the queue was full", stats.overloaded),
            (
                "groat_lost_history",
                "Streams whose reader knew more than the database",
                self._groat.streams.alarms,
            ),
        ):
            yield CounterMetricFamily(name, help_, value)
        for name, help_, histogram in (
            ("groat_commit_seconds", "Time that a run of a batch took in the store", stats.commits),
            ("groat_batch_commands", "Commands in a batch", stats.sizes),
        ):
            yield HistogramMetricFamily(name, help_, histogram.buckets(), histogram.total)
        refusals = CounterMetricFamily("groat_refusals", "Commands refused", labels=["code"])
        for code, count in stats.refusals.items():
            refusals.add_metric([code], count)
        yield refusals

    def _bus(self) -> Iterator[Metric]:
        bus = self._groat.bus
        up = GaugeMetricFamily(
            "groat_hints_connected",
            "Whether hints come and go (1) or only the periodic check tells (0)",
            labels=["bus"],
        )
        up.add_metric([bus.kind], bus.connected)
        yield up
        for name, help_, value in (
            ("groat_hints_sent", "Ranges of events told to other workers", bus.traffic.sent),
            ("groat_hints_heard", "Ranges of events heard of from other workers", bus.traffic.heard),
            (
                "groat_hints_dropped",
                "Ranges of events not told, the bus being away or slow",
                bus.traffic.dropped,
            ),
            ("groat_hints_losses", "Times the bus was lost", bus.traffic.losses),
        ):
            yield CounterMetricFamily(name, help_, value)

    def _order(self) -> Iterator[Metric]:
        order = self._groat.order
        yield GaugeMetricFamily(
            "groat_order_lag_seconds",
            "How long the oldest transaction is open that may yet bring an earlier batch",
            order.lag_s if order else 0.0,
        )
        yield GaugeMetricFamily(
            "groat_rooms_lag_seconds",
            "How long the first room that is still to be told is waiting",
            order.rooms_s if order else 0.0,
        )

    def _replica(self) -> Iterator[Metric]:
        replica = self._groat.replica
        if replica is None:
            return
        reads = CounterMetricFamily(
            "groat_stale_reads", "Reads that might be stale, by who answered", labels=["by"]
        )
        reads.add_metric(["replica"], replica.reads)
        reads.add_metric(["primary"], replica.fallbacks)
        yield reads
        yield GaugeMetricFamily(
            "groat_replica_connected", "Whether the replica can be used", replica.behind_s is not None
        )
        yield GaugeMetricFamily(
            "groat_replica_behind_seconds", "How old the replica's state is at most", replica.behind_s or 0.0
        )

    def _live_stats(self) -> Iterator[Metric]:
        for name, value in msgspec.structs.asdict(self._live.stats).items():
            if isinstance(value, int | float):
                yield GaugeMetricFamily(f"groat_live_{name}", "See docs/live-protocol.md", value)
        closes = CounterMetricFamily(
            "groat_live_closes", "Connections closed by the server, by code", labels=["code"]
        )
        by_code: Counter[int] = Counter()
        for why, count in self._live.stats.closes.items():
            by_code[DISCONNECTS[why].code] += count
        for code, count in by_code.items():
            closes.add_metric([str(code)], count)
        yield closes
        shown = self._live.to_screen
        yield HistogramMetricFamily(
            "groat_commit_to_screen_seconds",
            "Time from a commit until clients had shown its event, as they report it",
            shown.buckets(),
            shown.total,
        )
        yield GaugeMetricFamily(
            "groat_live_slowest_events", "Events the slowest reader is behind", self._live.hub.lag()
        )


def relayed(stats: RelayStats) -> Iterator[Metric]:
    """Yield the metrics of the requests that one worker passes on to others."""
    passed = CounterMetricFamily(
        "groat_relayed",
        "Requests of Socket.IO passed on to the worker that keeps their session",
        labels=["to"],
    )
    passed.add_metric(["worker"], stats.to_workers)
    passed.add_metric(["node"], stats.to_nodes)
    yield passed
    yield GaugeMetricFamily("groat_relayed_open", "Requests that are being passed on", stats.open)
    failed = CounterMetricFamily(
        "groat_relay_failures", "Requests of Socket.IO that were not passed on", labels=["why"]
    )
    failed.add_metric(["unreachable"], stats.unreachable)
    failed.add_metric(["full"], stats.turned_away)
    failed.add_metric(["seal"], stats.refused)
    yield failed


class _Workers(Collector):
    """Collects the metrics that a node's workers wrote into one folder. Each sample gets the name of its worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for file in sorted(self._folder.glob(f"*{SUFFIX}")):
            for family in text_string_to_metric_families(file.read_text()):
                merged = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    merged.add_sample(sample.name, {**sample.labels, "worker": file.stem}, sample.value)
        yield from families.values()
