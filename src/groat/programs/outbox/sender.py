"""Deliver the entries that are due: each at least once, by one node at a time, again after a failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.errors import GroatError
from groat.programs.outbox import flows
from groat.programs.outbox.channel import Channel, Delivery, EntryOutcome
from groat.programs.outbox.flows import Backlog

POLL_S = 2.0
MEASURE_S = 15.0
STOP_S = 5.0

log = structlog.get_logger("groat.outbox")


class Sender:
    """Delivers the entries of one channel, a few at a time. ``services`` are passed on to its deliveries."""

    def __init__(self, groat: Groat, channel: Channel, services: Any = None, poll_s: float = POLL_S) -> None:
        self._groat = groat
        self._channel = channel
        self._services = services
        self._claimant = new_id()
        self._poll_s = poll_s
        self._stopping = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver in the background until the block ends. Another node or a later start goes on with the rest."""
        name = f"groat-outbox-{self._channel.name}"
        async with repeating(name, self._poll_s, self.send_due, self._stopping):
            yield

    async def send_due(self) -> bool:
        """Deliver some entries that are due; return whether there were any. Raises StoreError."""
        channel = self._channel
        if not await self._groat.read(flows.any_due, channel.name):
            return False
        entries = await self._groat.write(flows.claim, channel, self._claimant)
        if not entries:
            return False
        deadline = time.monotonic() + channel.lease_s / 2

        def has_time() -> bool:
            return time.monotonic() < deadline and not self._stopping.is_set()

        said: dict[str, EntryOutcome] = {}
        try:
            said = {
                outcome.entry.id: outcome
                for outcome in await channel.deliver(Delivery(self._services, entries, has_time))
            }
        except Exception as error:
            # A fault of the channel's must not end the delivery for good.
            log.exception("delivery_broke", channel=channel.name)
            said = {each.id: EntryOutcome(each, "waiting", type(error).__name__) for each in entries}
        outcomes = [said.get(each.id, EntryOutcome(each, "waiting")) for each in entries]
        for outcome in outcomes:
            if outcome.state != "sent" and outcome.note:
                log.warning(
                    "not_delivered", channel=channel.name, entry=outcome.entry.id, state=outcome.state,
                    attempts=outcome.entry.attempts, note=outcome.note,
                )  # fmt: skip
        await self._groat.write(flows.settle, channel, outcomes)
        return True


class Outbox:
    """Measures every 15 seconds how many entries all nodes together have left to deliver, by channel."""

    def __init__(self, groat: Groat) -> None:
        self._groat = groat
        self.backlogs: dict[str, Backlog] = {}

    def backlog(self, channel: str) -> Backlog:
        """Return the backlog of a channel."""
        return self.backlogs.get(channel, Backlog())

    async def measure(self) -> bool:
        """Measure the backlogs. Returns False, for :func:`repeating` shall pause then. Raises StoreError."""
        self.backlogs = await self._groat.read(flows.measure)
        return False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Measure in the background until the block ends, also while deliveries fail."""
        async with repeating("groat-outbox", MEASURE_S, self.measure, asyncio.Event()):
            yield


@asynccontextmanager
async def repeating(
    name: str, every_s: float, job: Callable[[], Awaitable[bool]], stopping: asyncio.Event
) -> AsyncIterator[None]:
    """Run a job again and again until the block ends: at once if it returns True, else after ``every_s`` seconds.

    The end of the block sets ``stopping`` and gives the job :data:`STOP_S` to finish.
    """

    async def run() -> None:
        while not stopping.is_set():
            more = False
            try:
                more = await job()
            except GroatError as error:
                log.warning("outbox_waits", job=name, code=error.code, detail=error.detail)
            except Exception:
                log.exception("outbox_broke", job=name)
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), every_s)

    task = asyncio.create_task(run(), name=name)
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait([task], timeout=STOP_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
