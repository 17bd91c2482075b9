"""Databases of versions whose tables had bare names: they open, are renamed once, and lose nothing.

`data/bare_names` has two small ones, which such a version filled: people, holds, requests, notifications,
and an archived month.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from groat import Groat, StoreError
from groat.store.migrations import Migration, check_applied
from groat.store.opening import exists
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase
from tests.helpers.money import standing

DUMPS = Path(__file__).parents[1] / "data" / "bare_names"
# All names of a schema, but for the long ones of the indexes of partitions, which PostgreSQL may cut at another place.
NAMES = {
    SqliteDatabase: "SELECT name, tbl_name FROM sqlite_schema ORDER BY name",
    PostgresDatabase: """SELECT relname, relkind::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname !~ 'archived_[a-z]+_[0-9]+_[ds]'
        UNION ALL SELECT conname, conrelid::regclass::text FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace
        UNION ALL SELECT proname, prosrc FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace ORDER BY 1, 2""",
}
BARE = {
    SqliteDatabase: """SELECT name FROM sqlite_schema
        WHERE name NOT LIKE 'groat~_%' ESCAPE '~' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'""",
    PostgresDatabase: """SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'groat~_%' ESCAPE '~'""",
}
# What a version with bare names does first when it starts.
OLD_TABLE = """CREATE TABLE IF NOT EXISTS migration (
    room text NOT NULL, number integer NOT NULL, name text NOT NULL, applied_at text NOT NULL DEFAULT '',
    PRIMARY KEY (room, number))"""
OLD_STEPS = [Migration("groat", number, "", "") for number in range(1, 7)]


def run(database: Database, script: str) -> list[tuple[Any, ...]]:
    """Run a script on a plain connection; the rows of one that is a single statement."""
    if isinstance(database, SqliteDatabase):
        with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
            if script.count(";") < 2:
                return connection.execute(script).fetchall()
            connection.executescript(script)
            return []

    async def there() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(database.url)
        try:
            if script.lstrip().startswith("SELECT"):
                return [tuple(row) for row in await connection.fetch(script)]
            await connection.execute(script)
            return []
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, there()).result()


def start_old(database: Database) -> Sequence[Migration]:
    """The steps that a version with bare names would take when it starts now; raises StoreError."""
    run(database, OLD_TABLE)
    return check_applied(
        OLD_STEPS, {(room, number) for room, number in run(database, "SELECT room, number FROM migration")}
    )


@pytest.fixture
def old(database: Database) -> Database:
    """A database as the version before left it."""
    file = "sqlite.sql" if isinstance(database, SqliteDatabase) else "postgres.sql"
    run(database, (DUMPS / file).read_text())
    return database


async def opened(database: Database) -> None:
    async with Groat.open(database.url, store=database.store(extensions=Groat.standing)):
        pass


async def test_an_old_database_opens_with_all_that_it_held(old: Database) -> None:
    epoch = run(old, "SELECT value FROM meta WHERE name = 'epoch'")
    assert await exists(old.url)
    clock = Clock()
    clock.advance(90 * 86_400)
    async with Groat.open(old.url, store=old.store(clock, extensions=Groat.standing)) as groat:
        report = await groat.verify()
        assert report.ok, report.problems
        assert (report.transactions, report.postings) == (13, 19)
        mine = await standing(groat, "user:42", "USD")
        assert (mine.balance, mine.held, mine.version) == ("118.00", "10.50", 13)
        assert len(await groat.entries("user:42", "USD")) == 13
        again = await groat.post([("house:x", "user:42", "20", "USD"), ("house:x", "user:7", "5", "USD")],
                                 key="order-0-0", metadata={"n": 0})  # fmt: skip
        assert again.replayed
        made = await groat.post([("house:x", "user:42", "1", "USD")], key="new")
        assert not made.replayed
        assert [month.month for month in await groat.archive("2026-03-01T00:00:00Z")] == [202601, 202602]
        report = await groat.verify()
        assert report.ok, report.problems
    assert run(old, "SELECT count(*) FROM groat_request WHERE open = 1") == [(3,)]
    assert run(old, "SELECT count(*) FROM groat_notification") == [(3,)]
    assert run(old, "SELECT id FROM groat_principal ORDER BY id") == [("service:shop",), ("user:42",)]
    assert (
        len(run(old, "SELECT principal FROM groat_api_key UNION ALL SELECT principal FROM groat_session"))
        == 2
    )
    if isinstance(old, SqliteDatabase):
        # The dump of PostgreSQL lived in another server, which is another history.
        assert run(old, "SELECT value FROM groat_meta WHERE name = 'epoch'") == epoch


async def test_its_names_are_those_of_a_new_database(
    old: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    await opened(old)
    fresh: Database
    if isinstance(old, SqliteDatabase):
        (tmp_path / "fresh").mkdir()
        fresh = SqliteDatabase(tmp_path / "fresh")
    else:
        fresh = PostgresDatabase(request.getfixturevalue("postgres_server"))
    await opened(fresh)
    if isinstance(fresh, PostgresDatabase):
        # The old database has an archive of this month, which tables of later versions join when it is next archived.
        for database in (old, fresh):
            run(database, "DO 'BEGIN PERFORM groat_archive_month(202601); END'")
    assert run(old, NAMES[type(old)]) == run(fresh, NAMES[type(old)])
    assert run(old, BARE[type(old)]) == run(fresh, BARE[type(old)]) == [("migration",)]


@pytest.mark.parametrize("of", ["a new database", "an old one"])
async def test_an_older_version_refuses_to_start_afterwards(
    database: Database, request: pytest.FixtureRequest, of: str
) -> None:
    if of == "an old one":
        request.getfixturevalue("old")
    await opened(database)
    before = run(database, NAMES[type(database)])
    with pytest.raises(StoreError) as caught:
        start_old(database)
    assert caught.value.code == "newer_database"
    assert run(database, NAMES[type(database)]) == before


async def test_an_older_version_that_starts_at_the_same_moment_makes_no_second_ledger(
    database: Database,
) -> None:
    # It has made its table and waits for the lock, behind a new one.
    assert len(start_old(database)) == 6
    await opened(database)
    with pytest.raises(StoreError):
        start_old(database)
    assert run(database, BARE[type(database)]) == [("migration",)]


async def test_many_that_open_an_old_database_at_once_rename_it_once(old: Database) -> None:
    await asyncio.gather(*(opened(old) for _ in range(4)))
    async with Groat.open(old.url, store=old.store(extensions=Groat.standing)) as groat:
        assert (await groat.verify()).ok


async def test_tables_of_another_app_stay_as_they_are(database: Database) -> None:
    names = ("migration", "account", "session", "event", "request")
    for name in names:
        run(database, f"CREATE TABLE {name} (id integer PRIMARY KEY, version integer)")
        run(database, f"INSERT INTO {name} VALUES (7, 1)")
    assert not isinstance(database, PostgresDatabase) or not await exists(database.url)
    for _ in range(2):
        await opened(database)
    for name in names:
        assert run(database, f"SELECT * FROM {name}") == [(7, 1)]
    async with Groat.open(database.url, store=database.store()) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:x", "user:42", "1", "USD")], key="k")
        assert (await groat.verify()).ok


async def test_a_renaming_that_fails_changes_nothing(old: Database) -> None:
    # The name that one of the last would take.
    run(old, "CREATE TABLE groat_request (id integer)")
    before = run(old, NAMES[type(old)])
    with pytest.raises(StoreError):
        await opened(old)
    assert run(old, NAMES[type(old)]) == before
    run(old, "DROP TABLE groat_request")
    await opened(old)
