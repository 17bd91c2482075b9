"""The databases, the clock and the ledger of the workflow's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database, sqlite

__all__ = ["clock", "database", "groat", "sqlite"]


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger in which 42 and 7 have 500 dollars each."""
    database.prepare(Groat.standing)
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("USD", 2)
        for user in ("42", "7"):
            await groat.post([("house:bank", f"user:{user}", "500", "USD")], key=f"start/{user}")
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems
