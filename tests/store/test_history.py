"""A database that may have lost something begins its streams anew; one that cannot have, does not."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from shutil import copy

import asyncpg
import pytest

from groat import Groat, StoreError
from tests.helpers.databases import PostgresDatabase, SqliteDatabase
from tests.servers import Postgres, postgres, postgres_programs

DEADLINE_S = 30.0
USER = "user:42"


async def post(url: str, count: int, first: int = 0, *, synchronous_standby: bool = False) -> tuple[str, int]:
    """Post so many credits to a user; the position that a reader then has."""
    async with Groat.open(url, synchronous_standby=synchronous_standby) as groat:
        await groat.add_asset("CREDIT", 0)
        for number in range(first, first + count):
            await groat.post([("house:bonus", USER, "1", "CREDIT")], key=f"k{number}")
        head = (await groat.streams.heads([USER]))[USER]
    return head.epoch, head.offset


async def resumes(url: str, epoch: str, offset: int) -> bool:
    """Whether a reader at this position goes on; else it is given a snapshot."""
    async with Groat.open(url) as groat:
        answer = await groat.streams.resume(USER, epoch, offset)
        assert answer.recovered == (answer.snapshot is None)
        return answer.recovered


async def test_opening_again_changes_nothing(postgres_server: Postgres) -> None:
    place = PostgresDatabase(postgres_server)
    position = await post(place.url, 3)
    assert await post(place.url, 1, 3) == (position[0], 4)
    assert await resumes(place.url, *position)


def restore(server: Postgres, source: str, target: str, dump: Path) -> str:
    """pg_dump from one database of the server and pg_restore into a new one; its address."""
    programs = postgres_programs()
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={dump}", source], check=True)
    url = server.new_database(target)
    subprocess.run([programs / "pg_restore", "--no-owner", f"--dbname={url}", dump], check=True)
    return url


async def test_a_restored_dump_has_an_epoch_of_its_own(postgres_server: Postgres, tmp_path: Path) -> None:
    source = postgres_server.new_database("before")
    await post(source, 3)
    restored = restore(postgres_server, source, "after", tmp_path / "groat.dump")
    # What was acknowledged after the copy is lost in it, and its offset is given again to something else.
    epoch, offset = await post(source, 1, 3)
    fresh, again = await post(restored, 1, 10)
    assert (offset, again) == (4, 4)
    assert fresh != epoch
    assert not await resumes(restored, epoch, offset)
    assert await resumes(restored, fresh, again)
    async with Groat.open(restored) as groat:
        report = await groat.verify()
        assert report.ok, report.problems
        # What was acknowledged before the copy is known by its key.
        answer = await groat.post([("house:bonus", USER, "1", "CREDIT")], key="k1")
        assert answer.replayed


async def count_transactions(server: Postgres) -> int:
    connection = await asyncpg.connect(server.dsn)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM groat_txn"))
    except asyncpg.UndefinedTableError:
        # A standby may not have come to the migrations yet.
        return 0
    finally:
        await connection.close()


@pytest.mark.parametrize("synchronous", [False, True])
async def test_a_node_follows_a_promotion_and_knows_what_it_means(synchronous: bool) -> None:
    with postgres(fsync="off") as primary, postgres(standby_of=primary, fsync="off") as standby:
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
        async with Groat.open(url, synchronous_standby=synchronous) as groat:
            await groat.add_asset("CREDIT", 0)
            await groat.post([("house:bonus", USER, "1", "CREDIT")], key="k1")
            before = (await groat.streams.heads([USER]))[USER]
            deadline = time.monotonic() + DEADLINE_S
            while await count_transactions(standby) == 0:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            primary.stop("immediate")
            standby.promote()
            after = await groat.post([("house:bonus", USER, "1", "CREDIT")], key="k2")
            epoch, _, offset = after.positions[USER].rpartition(":")
            assert (epoch == before.epoch, offset) == (synchronous, "2")
            answer = await groat.streams.resume(USER, before.epoch, before.offset)
            assert answer.recovered == synchronous
        # Only one of many that find the change renews, so what it says now stays.
        assert (await post(standby.dsn, 1, 3, synchronous_standby=synchronous)) == (epoch, 3)


async def test_a_standby_is_no_place_for_a_ledger() -> None:
    with postgres(fsync="off") as primary:
        await post(primary.dsn, 1)
        with postgres(standby_of=primary, fsync="off") as standby:
            with pytest.raises(StoreError) as caught:
                await post(standby.dsn, 1, 1)
            assert caught.value.code == "store_unavailable"


async def test_an_epoch_is_renewed_by_hand(tmp_path: Path) -> None:
    place = SqliteDatabase(tmp_path)
    backup = tmp_path / "backup.db"
    await post(place.url, 3)
    with place.raw() as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    epoch, offset = await post(place.url, 1, 3)
    copy(backup, place.path)
    await post(place.url, 1, 10)
    assert await resumes(place.url, epoch, offset), "without a new epoch nobody can tell"
    async with Groat.open(place.url) as groat:
        fresh = await groat.renew_epoch()
    assert not await resumes(place.url, epoch, offset)
    assert await resumes(place.url, fresh, offset)
