"""Migrations: forward from every version, once however many try, and never on a newer database."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

import groat.store
from groat import Groat, StoreError
from groat.store.extension import Extension
from groat.store.migrations import load_migrations, migrate
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import give, standing

STEPS = load_migrations("groat", Path(groat.store.__file__).parent / "migrations" / "sqlite")


def schema(database: SqliteDatabase) -> list[tuple[object, ...]]:
    return database.rows("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")


async def opened(database: SqliteDatabase) -> None:
    async with Groat.open(database.url, store=database.store()):
        pass


def test_steps_are_numbered_without_gap() -> None:
    assert [step.number for step in STEPS] == list(range(1, len(STEPS) + 1))


@pytest.mark.parametrize("version", range(len(STEPS) + 1))
async def test_forward_from_every_version(sqlite: SqliteDatabase, tmp_path: Path, version: int) -> None:
    with sqlite.raw() as connection:
        connection.isolation_level = None
        migrate(connection, STEPS[:version])
        if version:
            connection.execute("INSERT INTO groat_asset VALUES ('CREDIT', 0, 0)")
    async with Groat.open(sqlite.url, store=sqlite.store()) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "5")
        assert (await standing(groat, "user:a")).balance == "5"
        assert (await groat.verify()).ok
    (tmp_path / "fresh").mkdir()
    fresh = SqliteDatabase(tmp_path / "fresh")
    await opened(fresh)
    assert schema(sqlite) == schema(fresh)
    assert sqlite.rows("SELECT room, number FROM groat_migration ORDER BY number") == [
        ("groat", step.number) for step in STEPS
    ]


async def test_opening_again_changes_nothing(sqlite: SqliteDatabase) -> None:
    await opened(sqlite)
    before = (
        schema(sqlite),
        sqlite.rows("SELECT * FROM groat_migration"),
        sqlite.rows("SELECT * FROM groat_meta"),
    )
    await opened(sqlite)
    assert (
        schema(sqlite),
        sqlite.rows("SELECT * FROM groat_migration"),
        sqlite.rows("SELECT * FROM groat_meta"),
    ) == before


async def test_a_newer_database_is_refused_and_left_alone(sqlite: SqliteDatabase) -> None:
    await opened(sqlite)
    with sqlite.raw() as connection:
        connection.execute("INSERT INTO groat_migration (room, number, name) VALUES ('groat', 9999, 'later')")
    before = schema(sqlite)
    with pytest.raises(StoreError) as caught:
        await opened(sqlite)
    assert (caught.value.code, caught.value.status) == ("newer_database", 503)
    assert "groat 9999" in caught.value.detail
    assert schema(sqlite) == before
    # Steps of a program that is not loaded here are its own affair.
    with sqlite.raw() as connection:
        connection.execute("UPDATE groat_migration SET room = 'shop' WHERE number = 9999")
    await opened(sqlite)


def extension(tmp_path: Path, *scripts: str) -> Extension:
    directory = tmp_path / "shop" / "migrations" / "sqlite"
    directory.mkdir(parents=True, exist_ok=True)
    for number, script in enumerate(scripts, 1):
        (directory / f"{number:04}_step.sql").write_text(script)
    return Extension("shop", tmp_path / "shop")


async def test_a_program_brings_its_own_steps(sqlite: SqliteDatabase, tmp_path: Path) -> None:
    await opened(sqlite)
    one = "CREATE TABLE voucher (id TEXT) STRICT;\n"
    two = "-- With a semicolon; in a comment.\nCREATE TRIGGER t AFTER INSERT ON voucher BEGIN\n SELECT 1;\nEND;\n"
    for scripts in ((one,), (one, two)):
        store = sqlite.store(extensions=[extension(tmp_path, *scripts)])
        async with Groat.open(sqlite.url, store=store):
            pass
    assert sqlite.rows("SELECT number FROM groat_migration WHERE room = 'shop'") == [(1,), (2,)]
    assert sqlite.rows("SELECT name FROM sqlite_master WHERE tbl_name = 'voucher'") == [("voucher",), ("t",)]


async def test_a_step_that_fails_leaves_nothing(sqlite: SqliteDatabase, tmp_path: Path) -> None:
    await opened(sqlite)
    before = schema(sqlite)
    broken = extension(tmp_path, "CREATE TABLE voucher (id TEXT) STRICT;\nCREATE NONSENSE;\n")
    with pytest.raises(StoreError):
        async with Groat.open(sqlite.url, store=sqlite.store(extensions=[broken])):
            pass
    assert schema(sqlite) == before


async def test_processes_that_open_a_new_database_at_once_make_it_once(sqlite: SqliteDatabase) -> None:
    script = f"""
import asyncio
from groat import Groat

async def main():
    async with Groat.open({sqlite.url!r}) as groat:
        await groat.add_asset("CREDIT", 0)

asyncio.run(main())
"""
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", script) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0] * 4
    assert sqlite.rows("SELECT number FROM groat_migration WHERE room = 'groat' ORDER BY 1") == [
        (step.number,) for step in STEPS
    ]
    assert sqlite.rows("SELECT count(*) FROM groat_meta WHERE name = 'epoch'") == [(1,)]


async def test_a_database_that_is_up_to_date_opens_while_another_process_writes(
    sqlite: SqliteDatabase,
) -> None:
    await opened(sqlite)
    with closing(sqlite3.connect(sqlite.path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(sqlite.path, isolation_level=None, timeout=0)) as starting:
            assert migrate(starting, STEPS) == []


@pytest.mark.parametrize("damage", ["a directory", "not a database", "below a file"])
async def test_what_is_no_database_is_refused_in_words(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "groat.db"
    if damage == "a directory":
        path.mkdir()
    else:
        path.write_bytes(b"Dear reader, this is a letter.\n" * 99)
    if damage == "below a file":
        path = path / "groat.db"
    with pytest.raises(StoreError) as caught:
        async with Groat.open(f"sqlite:///{path}"):
            pass
    assert caught.value.code == "store_unavailable"


@pytest.mark.parametrize("url", ["", "groat.db", "mysql://x", "sqlite://", "sqlite:///", "file:///x"])
async def test_an_address_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        async with Groat.open(url):
            pass
    assert caught.value.code == "wrong_scheme"


def test_a_plain_connection_keeps_what_was_before_a_failed_migration(sqlite: SqliteDatabase) -> None:
    with sqlite.raw() as connection:
        connection.isolation_level = None
        connection.execute("CREATE TABLE mine (x)")
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [STEPS[0]._replace(sql="CREATE TABLE a (x);\nNONSENSE;\n")])
        assert not connection.in_transaction
    assert [
        name for (name,) in sqlite.rows("SELECT name FROM sqlite_master WHERE name IN ('a', 'mine')")
    ] == ["mine"]


async def test_a_store_that_may_not_migrate_says_what_is_missing(database: Database) -> None:
    async def opened_as_it_is() -> None:
        async with Groat.open(database.url, store=database.store(), migrating=False):
            pass

    with pytest.raises(StoreError) as caught:
        await opened_as_it_is()
    assert (caught.value.code, caught.value.status) == ("not_migrated", 503)
    assert "groat 0001" in caught.value.detail
    async with Groat.open(database.url, store=database.store()):
        pass
    await opened_as_it_is()


async def test_a_database_that_is_not_there_is_not_made_by_asking(sqlite: SqliteDatabase) -> None:
    with pytest.raises(StoreError):
        async with Groat.open(sqlite.url, store=sqlite.store(), migrating=False):
            pass
    assert not sqlite.path.exists()
