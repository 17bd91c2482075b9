"""The bank on an empty ledger of each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from groat import Groat
from groat.programs.bank import BANK
from groat.programs.workflow import Workflow
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database, sqlite
from tests.programs.bank.bank import Bank

__all__ = ["bank", "clock", "database", "groat", "sqlite"]


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger in which 42 and 7 have 1,000 dollars and a bitcoin each. The books must agree in the end."""
    database.prepare(Groat.standing)
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        await groat.add_asset("BTC", 8)
        for user in ("42", "7"):
            await groat.post([("house:bank", f"user:{user}", "1000", "USD")], key=f"start/{user}")
            await groat.post([("house:bank", f"user:{user}", "1", "BTC")], key=f"coins/{user}")
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


@pytest.fixture
def bank(groat: Groat, clock: Clock) -> Bank:
    """The bank's people: 42 and 7, the admins ada and bela, and the system."""
    return Bank(groat, Workflow(groat, BANK.kinds), clock)
