"""The program of the outbox, which every database has; the channels come from the other programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client.core import GaugeMetricFamily, Metric

from groat.api.services import Services
from groat.programs.outbox import OUTBOX
from groat.programs.outbox.operations import OUTBOX_ERRORS, operations
from groat.programs.outbox.sender import Outbox, Sender
from groat.programs.program import Host, Program


@asynccontextmanager
async def _delivering(host: Host) -> AsyncIterator[Outbox]:
    """Deliver the entries of each channel on which this node delivers, and measure what is left."""
    services = host.services
    outbox = Outbox(services.groat)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(outbox.running())
        for channel in (channel for program in host.programs for channel in program.channels):
            if channel.active(services.settings):
                await stack.enter_async_context(Sender(services.groat, channel, services).running())
        yield outbox


def _backlogs(services: Services) -> Iterator[Metric]:
    gauges = [
        GaugeMetricFamily(f"groat_outbox_{name}", meaning, labels=["channel"])
        for name, meaning in (
            ("waiting", "Entries that no node has delivered or given up yet"),
            ("oldest_seconds", "Age of the oldest of them"),
            ("failed", "Entries that were given up, and not replayed"),
        )
    ]
    for channel, backlog in services.part(Outbox).backlogs.items():
        for gauge, value in zip(gauges, backlog, strict=True):
            gauge.add_metric([channel], value)
    yield from gauges


PROGRAM = Program(
    "outbox",
    extension=OUTBOX,
    operations=operations,
    errors=OUTBOX_ERRORS,
    jobs=(_delivering,),
    metrics=(_backlogs,),
    last=True,
)
