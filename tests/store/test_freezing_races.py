"""Of two nodes one freezes a path while the other opens an account there: none is ever left that is not frozen."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from groat import Groat, Refused
from groat.store import postgres
from tests.helpers.databases import PostgresDatabase
from tests.helpers.money import give, refused
from tests.helpers.waiting import DEADLINE_S
from tests.servers import Postgres

ASSETS = ("CREDIT", "USD", "EUR", "GBP")
ROUNDS = 25


@pytest.fixture
async def place(postgres_server: Postgres) -> PostgresDatabase:
    place = PostgresDatabase(postgres_server)
    async with Groat.open(place.url, store=place.store()) as groat:
        for asset in ASSETS:
            await groat.add_asset(asset, 2)
        await give(groat, "user:a", "5.00")
    return place


async def freeze(groat: Groat, path: str) -> str:
    return await groat.set_state(path, "freeze", reason="Suspicious", key=f"freeze {path}")


async def open_by_paying(groat: Groat, path: str, asset: str) -> str:
    try:
        await groat.post([("house:b", path, "1.00", asset)], key=f"{path} {asset}")
    except Refused as refusal:
        return refusal.refusal.code
    return "paid"


def marks(place: PostgresDatabase) -> set[int]:
    """The states of all balances of people."""
    return {mark for (mark,) in place.rows("SELECT extras & 14 FROM groat_account WHERE path LIKE 'user:%'")}


async def wait_for_waiters(connection: Any, count: int) -> None:
    """Wait until so many sessions wait for this one, or for one that waits for it.

    A transaction that reads pg_stat_activity sees the sessions of its first look all along, pg_locks is read anew.
    """
    async with asyncio.timeout(DEADLINE_S):
        pids = {await connection.fetchval("SELECT pg_backend_pid()")}
        while len(pids) <= count:
            found = await connection.fetch(
                "SELECT pid FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) && $1::int[]",
                list(pids),
            )
            pids |= {pid for (pid,) in found}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers that wait for a lock as long as the test does, rather than try again after a fifth of a second."""
    for setting in ("lock_timeout", "statement_timeout"):
        monkeypatch.setitem(postgres.WRITER_SETTINGS, setting, f"{DEADLINE_S}s")
    monkeypatch.setattr(postgres, "WRITE_ANSWER_S", DEADLINE_S)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("first", ["freeze", "opening"])
async def test_the_second_waits_for_the_first(place: PostgresDatabase, first: str) -> None:
    async with (
        Groat.open(place.url, store=place.store()) as one,
        Groat.open(place.url, store=place.store()) as other,
    ):
        connection = await asyncpg.connect(place.url)
        try:
            async with connection.transaction():
                # Both need the owner's stream last, so the first stops there with all that it locked and wrote.
                await connection.execute("SELECT 1 FROM groat_stream WHERE name = 'user:a' FOR UPDATE")
                acts = [freeze(one, "user:a"), open_by_paying(other, "user:a", "USD")]
                tasks = []
                for act in acts if first == "freeze" else reversed(acts):
                    tasks.append(asyncio.create_task(act))
                    await wait_for_waiters(connection, len(tasks))
            outcome = [await task for task in tasks]
        finally:
            await connection.close()
        expected = ["frozen", "account_frozen"] if first == "freeze" else ["paid", "frozen"]
        assert outcome == expected
        assert marks(place) == {2}
        assert (await refused(give(one, "user:a", "1.00", "USD"))).code == "account_frozen"


async def test_whatever_comes_first_all_is_frozen_in_the_end(place: PostgresDatabase) -> None:
    dice = random.Random(26)
    async with (
        Groat.open(place.url, store=place.store()) as one,
        Groat.open(place.url, store=place.store()) as other,
    ):
        await freeze(one, "user:a")
        for number in range(ROUNDS):
            path = f"user:{number}"
            calls = [freeze(one, path), *(open_by_paying(other, path, asset) for asset in ASSETS)]
            dice.shuffle(calls)
            outcome = await asyncio.gather(*calls)
            assert sorted(set(outcome) - {"paid", "account_frozen"}) == ["frozen"], number
            assert marks(place) == {2}, number
        report = await one.verify()
        assert report.ok, report.problems
