"""The databases, the clock and the ledger of the outbox's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database

__all__ = ["clock", "database", "groat"]


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger with the tables of all standing programs."""
    database.prepare(Groat.standing)
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems
