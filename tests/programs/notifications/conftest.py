"""An open ledger with notifications, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from unittest.mock import AsyncMock

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database

__all__ = ["clock", "database", "groat"]


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger with CREDIT. Whatever a test did with it, the books must agree in the end."""
    database.prepare(Groat.standing)
    async with AsyncExitStack() as stack:
        # A test forgets by itself: what went in the background would be gone before it looks.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Groat, "prune", AsyncMock())
            store = database.store(clock, extensions=Groat.standing)
            groat = await stack.enter_async_context(Groat.open(database.url, store=store))
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems
