"""Fixtures of the core's tests; each room's conftest names those it uses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase

__all__ = ["clock", "database", "groat", "sqlite"]


@pytest.fixture
def clock() -> Clock:
    """The time of the test's database."""
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database of each kind: what uses this fixture is the contract that every store keeps."""
    if request.param == "postgres":
        return PostgresDatabase(request.getfixturevalue("postgres_server"))
    return SqliteDatabase(tmp_path)


@pytest.fixture
def sqlite(tmp_path: Path) -> SqliteDatabase:
    """An empty SQLite database, for what is true of SQLite alone."""
    return SqliteDatabase(tmp_path)


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """An open ledger with CREDIT and USD. Whatever a test did with it, the books must agree in the end."""
    database.prepare()
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.add_asset("USD", 2)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems
