"""Finish the acts whose server died between the act and its run, and let old rows of files go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from groat.facade import Groat
from groat.ledger.errors import Refused
from groat.programs.placements import giving, reading
from groat.programs.placements.errors import PlacementError
from groat.programs.placements.own_settings import PlacementsSettings
from groat.programs.placements.rows import caller_of
from groat.programs.program import Host
from groat.programs.runs.errors import RunError
from groat.programs.workflow.worker import repeat

AGE_US = 3_000_000
"""The server that takes an act has this long to finish it before another does."""
EVERY_S = 1.0
SWEEP_S = 3_600.0
DAY_US = 86_400_000_000

log = structlog.get_logger("groat.placements")


class Finisher:
    """Finishes acts for one process. Several nodes may do so at once: each part of an act has a key."""

    def __init__(self, groat: Groat, settings: PlacementsSettings) -> None:
        self._groat = groat
        self._kept_us = settings.keep_rows_days * DAY_US

    async def finish(self) -> int:
        """Finish acts that were taken a while ago; returns how many there were. Raises StoreError."""
        acts = await self._groat.read(reading.pending_acts, AGE_US)
        for act in acts:
            try:
                await giving.complete(self._groat, act)
                log.info("placement_act_finished", act=act.act, placement=act.placement)
            except (PlacementError, RunError, Refused) as error:
                # It would be refused for ever, and must not keep others from their turn.
                log.error("placement_act_refused", act=act.id, code=error.code, detail=error.detail)
                await self._groat.write(reading.end_act, *caller_of(act.call))
        return len(acts)

    async def sweep(self) -> None:
        """Let the rows go that are kept for longer than the settings say. Raises StoreError."""
        if self._kept_us and await self._groat.time_moves():
            await self._groat.write(reading.let_rows_go, self._kept_us)


@asynccontextmanager
async def finishing(host: Host) -> AsyncIterator[Finisher]:
    """Finish acts as long as a server runs."""
    finisher = Finisher(host.services.groat, host.services.part(PlacementsSettings))
    tasks = [
        asyncio.create_task(repeat(finisher.finish, EVERY_S), name="groat-placements"),
        asyncio.create_task(repeat(finisher.sweep, SWEEP_S), name="groat-placements-rows"),
    ]
    try:
        yield finisher
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
