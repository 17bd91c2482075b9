"""The primary dies under load and its synchronous standby takes over: nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from groat import Groat, GroatError
from groat.store.postgres import PostgresStore
from tests.faults.cluster import Cluster
from tests.faults.round import Round
from tests.servers import Postgres, postgres

LOAD_S = 3.0


@contextmanager
def pair() -> Iterator[tuple[Postgres, Postgres]]:
    """A primary, and a standby without which it acknowledges nothing."""
    with (
        postgres(synchronous_standby_names="standby") as primary,
        postgres(standby_of=primary, synchronous_standby_names="") as standby,
    ):
        yield primary, standby


def either(one: Postgres, other: Postgres) -> str:
    """The dsn of whichever of two is the primary."""
    hosts = f"127.0.0.1:{one.port},127.0.0.1:{other.port}"
    return f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"


async def takeover(cluster: Cluster, standby: Postgres) -> None:
    """Under load the primary loses its power, and the standby is promoted."""
    await asyncio.sleep(LOAD_S)
    await asyncio.to_thread(cluster.database.kill)
    await asyncio.to_thread(standby.promote)
    cluster.database = standby
    await cluster.ready()
    await asyncio.sleep(LOAD_S)


@pytest.mark.soak
async def test_nothing_acknowledged_is_lost_with_the_primary(tmp_path: Path, seed: int) -> None:
    with pair() as (primary, standby):
        dsn = either(primary, standby)
        cluster = Cluster(tmp_path, primary, 2, dsn=dsn, GROAT_SYNCHRONOUS_STANDBY="true")
        round_ = Round(cluster, random.Random(seed))
        try:
            await cluster.open()
            try:
                await round_.open()
                await round_.storm(takeover(cluster, standby))
                database = await round_.settle()
            finally:
                print(f"GROAT_FAULTS_SEED={seed}: {round_.told()}")
                await round_.close()
            await round_.check(database)
        finally:
            await cluster.close()


async def give(groat: Groat, key: str) -> bool:
    return (await groat.post([("house:bonus", "user:a", "1", "CREDIT")], key=key)).replayed


async def test_a_commit_that_waits_in_vain_for_the_standby_is_not_acknowledged() -> None:
    """Neither at once nor when it is asked for again; the standby, promoted, does not know it."""
    with pair() as (primary, standby):
        store = PostgresStore(either(primary, standby), synchronous_standby=True)
        async with Groat.open(store.dsn, store=store) as groat:
            await groat.add_asset("CREDIT", 0)
            await give(groat, "before")
            await asyncio.to_thread(standby.stop, "immediate")
            for _ in range(2):
                with pytest.raises(GroatError) as caught:
                    await give(groat, "k")
                assert caught.value.status == 503
            connection = await asyncpg.connect(primary.dsn)
            assert await connection.fetchval("SELECT count(*) FROM groat_txn") == 2, (
                "it stands where it may be lost"
            )
            await connection.close()
            await asyncio.to_thread(primary.kill)
            await asyncio.to_thread(standby.start)
            await asyncio.to_thread(standby.promote)
            assert not await give(groat, "k")
            assert await give(groat, "k")
            account = await groat.account("user:a")
            assert account is not None
            assert account.balances[0].balance == "2"
            report = await groat.verify()
            assert report.ok, report.problems


async def test_a_standby_that_comes_back_lets_everything_through() -> None:
    with pair() as (primary, standby):
        async with Groat.open(primary.dsn) as groat:
            await groat.add_asset("CREDIT", 0)
            await asyncio.to_thread(standby.stop, "immediate")
            with pytest.raises(GroatError):
                await give(groat, "k")
            await asyncio.to_thread(standby.start)
            assert await give(groat, "k"), "it was committed, and is acknowledged now that the standby has it"
