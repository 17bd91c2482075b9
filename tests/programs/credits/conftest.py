"""An open ledger with the program of credits, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database, sqlite
from tests.programs.credits.granting import Granting
from tests.programs.credits.opened import opened

__all__ = ["clock", "database", "grant", "groat", "sqlite"]


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """See :func:`opened`."""
    async with opened(database, clock) as groat:
        yield groat


@pytest.fixture
def grant(groat: Groat) -> Granting:
    """Grant credits."""
    return Granting(groat)
