"""The work of credits in the background: warnings, by one node at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from prometheus_client.core import CounterMetricFamily, Metric

from groat.api.services import Services
from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.warnings import Warnings
from groat.programs.program import Host
from groat.programs.workflow.worker import repeat
from groat.store.flow import Flow, Query

EVERY_S = 20.0
LEASE = "credits"
LEASE_US = 60_000_000


class CreditsWork:
    """Works for one process. Whoever holds the lease warns; a node that dies leaves it to the others after a minute."""

    def __init__(self, groat: Groat, settings: CreditsSettings) -> None:
        self._groat = groat
        self._name = new_id()
        self.warnings = Warnings(groat, settings.warn_days)

    async def round(self) -> bool:
        """Do what is due; False if another node is at it. Raises StoreError."""
        if not await self._groat.write(_take_lease, self._name):
            return False
        await self.warnings.round()
        return True


@asynccontextmanager
async def working(host: Host) -> AsyncIterator[CreditsWork]:
    """Work in the background as long as a server runs."""
    work = CreditsWork(host.services.groat, host.services.part(CreditsSettings))
    task = asyncio.create_task(repeat(work.round, EVERY_S), name="groat-credits")
    try:
        yield work
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def measure(services: Services) -> Iterator[Metric]:
    """Count what this process did."""
    work = services.part(CreditsWork)
    yield CounterMetricFamily("groat_credits_warnings", "Warnings of credits that expire", work.warnings.sent)


def _take_lease(holder: str) -> Flow[bool]:
    return (yield Query("take_lease", (LEASE, holder, LEASE_US))) is not None
