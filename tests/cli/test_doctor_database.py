"""``groat doctor`` at databases and Redis, with faults made for each of its findings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from groat import Groat
from groat.cli.doctor import installation
from groat.store import sqlite as sqlite_store
from tests.cli import faults
from tests.cli.conftest import Run
from tests.cli.doctoring import (
    NEWER,
    OLDER,
    PROGRAM,
    Doctor,
    served,
    tamper,
)
from tests.helpers.waiting import wait_until
from tests.servers import Postgres, Redis, free_port, postgres

# The database.


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (NEWER, "database_newer"),
        (OLDER, "database_older"),
        (PROGRAM, "program_missing"),
        ("PRAGMA journal_mode = DELETE", "database_not_durable"),
    ],
)
def test_a_tampered_ledger(doctor: Doctor, ledger: Path, statement: str, code: str) -> None:
    assert doctor().codes == ["server_not_running"]
    tamper(ledger, statement)
    assert doctor().codes == ["server_not_running", code]


def test_the_doctor_writes_nothing(doctor: Doctor, ledger: Path, tmp_path: Path) -> None:
    before = ledger.read_bytes()
    doctor()
    assert ledger.read_bytes() == before
    doctor(database=f"sqlite:///{tmp_path}/deep/below/groat.db")
    assert not (tmp_path / "deep").exists()


def test_a_file_that_takes_no_writes(doctor: Doctor, ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    # SQLite only reads a file whose format for writing is newer than its own.
    content[18] = 3
    ledger.write_bytes(content)
    assert "database_read_only" in doctor().wrong


def test_a_file_that_is_no_database(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "groat.db").write_text("No database, but a text that is long enough for its head. " * 3)
    assert doctor().wrong == ["database_unreachable"]


def test_connections_that_do_not_wait_for_the_disk(
    doctor: Doctor, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaker = [each.replace("FULL", "NORMAL") for each in sqlite_store._PRAGMAS]
    monkeypatch.setattr(sqlite_store, "_PRAGMAS", weaker)
    report = doctor()
    assert report.wrong == ["database_not_durable"]
    assert "synchronous = 1" in report.sentence("database_not_durable")


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgres]:
    """A PostgreSQL that loses nothing."""
    with postgres() as started:
        yield started


def test_postgres(doctor: Doctor, run: Run, durable: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = durable.new_database("groat")
    assert doctor(database=dsn).codes == ["server_not_running", "database_empty"]
    assert run("migrate", "--database", dsn).code == 0
    report = doctor(database=dsn)
    assert (report.codes, report.right) == (
        ["server_not_running"],
        ["settings", "secrets", "database", "clock"],
    )
    # A standby is asked for, and none is there.
    assert doctor(database=dsn, synchronous_standby=True).wrong == ["standby_not_synchronous"]
    # A role or a database may have settings for all its sessions.
    for setting, value, code in (
        ("synchronous_commit", "off", "database_not_durable"),
        ("default_transaction_read_only", "on", "database_read_only"),
    ):
        asked(durable, f"ALTER DATABASE groat SET {setting} = {value}", "postgres")
        assert doctor(database=dsn).wrong == [code]
        asked(durable, f"ALTER DATABASE groat RESET {setting}", "postgres")
    for statement, code in (
        (NEWER, "database_newer"),
        (PROGRAM, "program_missing"),
        (OLDER, "database_older"),
    ):
        other = durable.new_database(code)
        assert run("migrate", "--database", other).code == 0
        asked(durable, statement, code)
        assert doctor(database=other).codes == ["server_not_running", code]
    # A database that is not there, and somebody who is not known.
    for wrong in (dsn.replace("/groat", "/nowhere"), dsn.replace("postgres@", "stranger@")):
        assert doctor(database=wrong).wrong == ["database_unreachable"]
    # This machine's clock is wrong.
    now = time.time
    monkeypatch.setattr(installation, "wall", lambda: now() - 100)
    report = doctor(database=dsn)
    assert report.wrong == ["clock_differs_from_database"]
    assert "100 s ahead of this machine's" in report.sentence("clock_differs_from_database")


def asked(server: Postgres, statement: str, database: str) -> Any:
    """Let PostgreSQL do something; the first value that it answers."""

    async def ask() -> Any:
        connection = await asyncpg.connect(server.dsn.replace("/postgres", f"/{database}"), user="postgres")
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def is_set(server: Postgres, setting: str, value: str) -> bool:
    """Return whether new sessions have this value."""
    return bool(asked(server, f"SHOW {setting}", "postgres") == value)


def test_commits_that_wait_for_no_disk(doctor: Doctor, durable: Postgres) -> None:
    for value in ("off", "on"):
        asked(durable, f"ALTER SYSTEM SET fsync = {value}", "postgres")
        asked(durable, "SELECT pg_reload_conf()", "postgres")
        wait_until(partial(is_set, durable, "fsync", value))
        report = doctor(database=durable.dsn)
        assert report.wrong == (["database_not_durable"] if value == "off" else [])
        assert value == "on" or "fsync = off" in report.sentence("database_not_durable")


@pytest.mark.parametrize("strict", [False, True], ids=["taking settings", "refusing settings"])
def test_a_pooler_in_transaction_mode(doctor: Doctor, durable: Postgres, strict: bool) -> None:
    pooler = faults.Pooler(durable.port, strict=strict)
    with closing(pooler), faults.listening(pooler) as port:
        report = doctor(database=f"postgresql://postgres@127.0.0.1:{port}/postgres")
    assert report.wrong == []
    assert "database_pooled" in report.codes


def test_a_clock_that_leapt(doctor: Doctor, durable: Postgres) -> None:
    dsn = durable.new_database("leapt")

    async def leap() -> None:
        async with Groat.open(dsn):
            pass
        session = await asyncpg.connect(dsn)
        try:
            await session.execute("UPDATE groat_time SET leapt = 90000000, held = 90000000")
        finally:
            await session.close()

    asyncio.run(leap())
    report = doctor(database=dsn)
    assert "clock_leapt" in report.wrong
    assert "leapt by 90 s" in report.sentence("clock_leapt")


def test_a_transaction_that_is_open_for_long(
    doctor: Doctor, durable: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = durable.new_database("held")

    async def look() -> None:
        session = await asyncpg.connect(dsn, server_settings={"application_name": "forgetful"})
        try:
            async with session.transaction():
                await session.execute("SELECT pg_current_xact_id()")
                assert "order_held_up" not in (await asyncio.to_thread(doctor, database=dsn)).codes
                monkeypatch.setattr(installation, "HELD_S", 0)
                report = await asyncio.to_thread(doctor, database=dsn)
            assert report.wrong == []
            sentence = report.sentence("order_held_up")
            assert f"pid {session.get_server_pid()} (application_name forgetful, user postgres" in sentence
        finally:
            await session.close()

    with served(dsn) as process:
        asyncio.run(look())
        metrics = httpx.get(f"{process.process.url}/metrics").text
    assert "groat_order_lag_seconds" in metrics
    assert "groat_rooms_lag_seconds" in metrics


def test_an_old_postgres(doctor: Doctor, durable: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "POSTGRES_MIN", 99)
    assert doctor(database=durable.dsn).wrong == ["database_too_old"]


def test_redis(doctor: Doctor, durable: Postgres, redis_server: Redis) -> None:
    database = durable.dsn
    assert "redis" in doctor(database=database, redis=redis_server.url).right
    nobody = f"redis://:secret@127.0.0.1:{free_port()}/0"
    report = doctor(database=database, redis=nobody)
    assert report.wrong == ["redis_unreachable"]
    assert "secret" not in report.sentence("redis_unreachable")


# A server that is not well.


def test_a_server_without_its_database_and_without_redis(doctor: Doctor, durable: Postgres) -> None:
    dsn = durable.new_database("unwell")
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    with served(dsn, redis=nobody) as process:
        assert doctor(**process.settings).wrong == ["redis_unreachable", "server_degraded"]
        asked(durable, "ALTER DATABASE unwell ALLOW_CONNECTIONS false", "postgres")
        asked(
            durable,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'unwell'",
            "postgres",
        )
        wait_until(lambda: httpx.get(f"{process.process.url}/health/ready").status_code == 503)
        report = doctor(**process.settings)
        assert report.wrong == ["database_unreachable", "redis_unreachable", "server_not_ready"]
