"""kill -9 while the server makes its tables, brings an older database up to date, or forgets old events."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat import Groat
from groat.ledger.commands import Post, Posting
from groat.store import migrations
from tests.crash import truth
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing

STEPS = migrations.load_migrations("groat", Path(migrations.__file__).parent / "migrations" / "sqlite")
PROGRAMS = [
    step
    for program in Groat.standing
    for step in migrations.load_migrations(program.name, program.directory / "migrations" / "sqlite")
]
ALL = sorted((step.room, step.number, step.name) for step in [*STEPS, *PROGRAMS])
USERS = [f"u{number}" for number in range(6)]
EVENTS = 3_000
KEPT = 300
OLD_US = 40 * 86_400_000_000
# Makes forgetting 5,000 events take some tenths of a second, so that a kill falls into the middle of it.
SLOWLY = """CREATE TRIGGER slowly BEFORE DELETE ON groat_event WHEN old.offset % 100 = 0 BEGIN
    SELECT count(*) FROM groat_event, (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4);
END"""


def reached(server: Server, there: Callable[[], bool]) -> None:
    """Watch a starting server closely, without a pause, until something is there."""
    deadline = time.monotonic() + DEADLINE_S
    while not there():
        assert server.process.poll() is None, server.tail()
        assert time.monotonic() < deadline, server.tail()


def steps_applied(path: Path) -> list[tuple[str, int, str]]:
    """The migrations that a database file holds; fails when it is broken."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (tables,) = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'groat_migration'"
        ).fetchone()
        if not tables:
            return []
        return connection.execute(
            "SELECT room, number, name FROM groat_migration ORDER BY room, number"
        ).fetchall()


def old_database(path: Path) -> None:
    """A database as the first version left it, with an asset in it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.create_function("groat_now", 0, lambda: 0)
    migrations.migrate(connection, STEPS[:1])
    connection.execute("INSERT INTO groat_asset (code, scale, created_at) VALUES ('CREDIT', 0, 0)")
    connection.close()


@pytest.mark.parametrize("of", ["a new database", "an old one"])
async def test_killed_while_it_starts(tmp_path: Path, of: str) -> None:
    seed = 7
    print(f"seed {seed}")
    rng = random.Random(seed)
    found = []
    for number in range(3):
        directory = tmp_path / str(number)
        directory.mkdir()
        server = Server(directory)
        if of == "an old one":
            old_database(server.path)
        server.spawn()
        try:
            # The file beside the database appears when the server opens it, a few milliseconds before the first step.
            reached(server, server.path.with_name("groat.db-shm").exists)
            await asyncio.sleep(rng.uniform(0, 0.02))
            server.kill()
            applied = steps_applied(server.path)
            found.append(len(applied))
            # All steps are one transaction: either the database is as it was, or it is up to date.
            assert len(applied) in ({0, len(ALL)} if of == "a new database" else {1, len(ALL)})
            async with Groat.open(server.database) as groat:
                await groat.add_asset("CREDIT", 0)
                await groat.post([("house:bonus", "user:42", "1", "CREDIT")], key="first")
                assert (await groat.verify()).ok
            assert steps_applied(server.path) == ALL
        finally:
            server.bury()
    print(f"steps found after each kill: {found}")


async def history(server: Server) -> None:
    """Streams of EVENTS events, of which all but the newest KEPT are older than what is kept."""
    async with Groat.open(server.database) as groat:
        await groat.add_asset("CREDIT", 0)
        for user in USERS:
            await groat.execute_many(
                [
                    Post(
                        principal="service:bank",
                        key=f"{user}/{number}",
                        postings=(Posting("house:bonus", f"user:{user}", 1, "CREDIT"),),
                    )
                    for number in range(EVENTS)
                ]
            )
    with closing(sqlite3.connect(server.path, isolation_level=None)) as connection:
        connection.execute("UPDATE groat_event SET at = at - ? WHERE offset <= ?", (OLD_US, EVENTS - KEPT))
        connection.execute(SLOWLY)


def next_to_go(connection: sqlite3.Connection) -> Any:
    """Stream and offset of the oldest event that is to go; None when all have gone."""
    return connection.execute(
        "SELECT stream, offset FROM groat_event WHERE at < ? ORDER BY at, stream, offset LIMIT 1",
        (time.time_ns() // 1_000 - OLD_US // 2,),
    ).fetchone()


def check_streams(database: truth.Database) -> None:
    """Whatever went, went from the beginning, and nothing that is to be kept."""
    for user in USERS:
        offsets = [offset for offset, _ in database.streams[f"user:{user}"].events]
        assert offsets == list(range(EVENTS + 1 - len(offsets), EVENTS + 1))
        assert len(offsets) >= KEPT


async def test_killed_while_it_forgets_old_events(server: Server, tmp_path: Path) -> None:
    seed = 3
    print(f"seed {seed}")
    rng = random.Random(seed)
    await history(server)
    left = [len(USERS) * EVENTS]
    # It begins to forget as soon as it starts, a few thousand in each transaction.
    for number in range(2):
        server.spawn()
        with closing(sqlite3.connect(server.path)) as connection:
            before = next_to_go(connection)
            reached(server, lambda c=connection, b=before: next_to_go(c) != b)  # type: ignore[misc]
        await asyncio.sleep(rng.uniform(0, 0.1))
        server.kill()
        database = await truth.left_behind(server.path, tmp_path / f"killed-{number}")
        check_streams(database)
        left.append(sum(len(stream.events) for stream in database.streams.values()))
    print(f"events left after each kill: {left}")
    with closing(sqlite3.connect(server.path)) as connection:
        connection.execute("DROP TRIGGER slowly")
        await server.start()
        reached(server, lambda: next_to_go(connection) is None)
    await server.verify()
    database = truth.Database(server.path)
    check_streams(database)
    async with httpx.AsyncClient(base_url=server.address, headers=bearing(ADMIN), trust_env=False) as http:
        path = f"/v1/streams/user:{USERS[0]}/events"
        lately = (await http.get(path, params={"after": f"{database.epoch}:{EVENTS - KEPT}"})).json()
        assert "reset" not in lately
        assert len(lately["events"]) > 0
        long_ago = (await http.get(path, params={"after": f"{database.epoch}:{EVENTS - KEPT - 1}"})).json()
        (balance,) = long_ago["reset"]["snapshot"]["balances"]
        assert (balance["balance"], long_ago["position"]) == (str(EVENTS), f"{database.epoch}:{EVENTS}")
    assert server.alarms() == []
