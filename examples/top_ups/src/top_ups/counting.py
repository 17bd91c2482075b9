"""The job and the metric: how many payments there are, counted every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

from prometheus_client.core import GaugeMetricFamily, Metric

from groat import GroatError
from groat.api.services import Services
from groat.programs import Host
from top_ups.own_settings import TopUpSettings
from top_ups.payments import count_payments


class Count:
    """The number of payments at the last count."""

    value = 0


@asynccontextmanager
async def counting(host: Host) -> AsyncIterator[Count]:
    """Count in the background."""
    count = Count()
    every_s = host.services.part(TopUpSettings).count_every_s

    async def count_on() -> None:
        while True:
            # While the database is away, the last count stays.
            with suppress(GroatError):
                count.value = await host.services.groat.read(count_payments)
            await asyncio.sleep(every_s)

    task = asyncio.create_task(count_on(), name="topups-count")
    try:
        yield count
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def measure(services: Services) -> Iterator[Metric]:
    """Tell the count."""
    yield GaugeMetricFamily("topups_payments", "Payments taken in", services.part(Count).value)
