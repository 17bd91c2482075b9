"""An open ledger with the program of credits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groat import Groat
from groat.programs.credits import CREDITS
from tests.helpers.clock import Clock
from tests.helpers.databases import Database


@asynccontextmanager
async def opened(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger with CREDIT and USD. Whatever a test did with it, the books must agree in the end."""
    assert CREDITS.extension is not None
    extensions = (*Groat.standing, CREDITS.extension)
    database.prepare(extensions)
    store = database.store(clock, extensions=extensions)
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.add_asset("USD", 2)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems
