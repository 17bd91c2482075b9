"""Reading from a real standby: never older than asked for, never of another history, and never needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from groat import Groat, StoreError
from groat.engine.lookup import Stale
from tests.faults.proxy import Proxy
from tests.helpers.money import untimed
from tests.servers import Postgres, postgres

DEADLINE_S = 20.0
USER = "user:42"


@pytest.fixture(scope="module")
def primary() -> Iterator[Postgres]:
    with postgres(fsync="off") as server:
        yield server


@pytest.fixture(scope="module")
def standby(primary: Postgres) -> Iterator[Postgres]:
    with postgres(standby_of=primary, fsync="off") as server:
        yield server


@asynccontextmanager
async def ledger(primary: str, replica: str) -> AsyncIterator[Groat]:
    async with Groat.open(primary, replica=replica) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat


@pytest.fixture
async def groat(primary: Postgres, standby: Postgres) -> AsyncIterator[Groat]:
    """A ledger with a replica that is of use. Replay goes on in the end, whatever a test did."""
    async with ledger(primary.dsn, standby.dsn) as groat:
        await found(groat)
        yield groat
    await tell(standby, "SELECT pg_wal_replay_resume()")


async def tell(server: Postgres, sql: str) -> None:
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def found(groat: Groat) -> None:
    assert groat.replica is not None
    assert await groat.replica.found(DEADLINE_S)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not await true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


_keys = iter(range(10**6))


async def give(groat: Groat) -> int:
    """Credit the user; the version since when that is so."""
    key = f"{groat.worker}/{next(_keys)}"
    view = await groat.post([("house:bonus", USER, "1", "CREDIT")], key=key)
    return next(balance.version for balance in view.balances if balance.account == USER)


async def version(lookup: Groat | Stale) -> int:
    account = await lookup.account(USER)
    return account.balances[0].version if account else 0


def by(groat: Groat) -> tuple[int, int]:
    """How many reads the replica answered, and how many that might have been its own the primary."""
    assert groat.replica is not None
    return groat.replica.reads, groat.replica.fallbacks


async def test_a_replica_answers_when_it_knows_enough(groat: Groat) -> None:
    wanted = await give(groat)

    async def answered() -> bool:
        stale = groat.stale(300)
        known = await version(stale)
        assert 0 < stale.seconds < 300
        return known == wanted

    await until(answered)
    assert by(groat)[0] > 0
    assert by(groat)[1] == 0
    # And who does not ask for less gets the truth.
    reads = by(groat)
    assert await version(groat) == wanted
    assert by(groat) == reads


async def test_all_that_only_reads_can_be_read_there(groat: Groat) -> None:
    await give(groat)

    async def replayed() -> bool:
        return await version(groat.stale(300)) == await version(groat)

    await until(replayed)
    reads, _ = by(groat)
    (entry, *_), stale = await groat.entries(USER, "CREDIT"), groat.stale(300)
    assert (await stale.entries(USER, "CREDIT"))[0] == entry
    assert await stale.transaction(entry.transaction) == await groat.transaction(entry.transaction)
    assert await stale.transactions() == await groat.transactions()
    assert untimed(await stale.accounts("user:42")) == untimed(await groat.accounts("user:42"))
    assert await stale.audit() == await groat.audit()
    assert await stale.held(entry.transaction) is None
    assert by(groat) == (reads + 6, 0)


async def test_what_was_committed_before_so_many_seconds_is_always_in_the_answer(
    groat: Groat, standby: Postgres
) -> None:
    """A standby that stands still answers until the bound, and from then on the primary does."""
    before = await give(groat)

    async def replayed() -> bool:
        return await version(groat.stale(300)) == before

    await until(replayed)
    await tell(standby, "SELECT pg_wal_replay_pause()")
    after = await give(groat)
    committed_at = time.monotonic()
    assert await version(groat.stale(300)) == before
    while (age_s := time.monotonic() - committed_at) < 2.5:
        stale = groat.stale(2)
        if await version(stale) == before:
            # It does not know what came then, so it must say that it is at least as old as that.
            assert age_s < stale.seconds <= 2
        await asyncio.sleep(0.02)
    stale = groat.stale(2)
    assert (await version(stale), stale.seconds) == (after, 0.0)
    # Who allows more still gets the old state, marked.
    patient = groat.stale(300)
    assert await version(patient) == before
    assert patient.seconds > 2.4
    await tell(standby, "SELECT pg_wal_replay_resume()")

    async def caught_up() -> bool:
        stale = groat.stale(2)
        return await version(stale) == after and stale.seconds > 0

    await until(caught_up)


async def test_the_primary_answers_for_a_replica_that_is_away(primary: Postgres, standby: Postgres) -> None:
    network = Proxy([standby.port])
    await network.start()
    try:
        away = f"postgresql://postgres@127.0.0.1:{network.port}/postgres"
        async with ledger(primary.dsn, away) as groat:
            await found(groat)
            wanted = await give(groat)
            # A network that swallows everything is noticed, and then nobody asks the replica.
            network.swallow()

            async def noticed() -> bool:
                assert groat.replica is not None
                return groat.replica.behind_s is None

            await until(noticed)
            stale, answered = groat.stale(300), by(groat)[0]
            assert (await version(stale), stale.seconds) == (wanted, 0.0)
            assert by(groat)[0] == answered
            network.heal()
            network.cut()

            async def back() -> bool:
                return not await noticed() and by(groat)[0] > 0 and await version(groat.stale(300)) == wanted

            async def used() -> bool:
                await version(groat.stale(300))
                return await back()

            await until(used)
    finally:
        await network.stop()


async def test_a_replica_need_not_be_there_at_the_start(primary: Postgres) -> None:
    async with ledger(primary.dsn, "postgresql://postgres@127.0.0.1:1/none") as groat:
        wanted = await give(groat)
        stale = groat.stale(300)
        assert (await version(stale), stale.seconds) == (wanted, 0.0)


async def test_another_database_is_no_replica(primary: Postgres) -> None:
    with postgres(fsync="off") as other, postgres(standby_of=other, fsync="off") as its_standby:
        async with ledger(other.dsn, its_standby.dsn) as theirs:
            await give(theirs)
            await found(theirs)
        # Neither a standby of another ledger, nor the ledger itself or another one.
        for server in (its_standby, other, primary):
            async with ledger(primary.dsn, server.dsn) as groat:
                wanted = await give(groat)
                assert groat.replica is not None
                assert not await groat.replica.found(1.5)
                assert await version(groat.stale(300)) == wanted


async def test_a_standby_that_follows_a_dead_primary_is_not_asked_after_the_promotion_of_another() -> None:
    """Its log may go beyond the point where the new primary's began, and holds what is no part of the history."""
    with (
        postgres(fsync="off") as old,
        postgres(standby_of=old, fsync="off") as promoted,
        postgres(standby_of=old, fsync="off") as left_behind,
    ):
        hosts = f"127.0.0.1:{old.port},127.0.0.1:{promoted.port}"
        url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
        async with ledger(url, left_behind.dsn) as groat:
            first = await give(groat)
            await found(groat)
            await tell(promoted, "SELECT pg_wal_replay_pause()")
            # The standby that is promoted never hears of these.
            await tell(promoted, "ALTER SYSTEM SET primary_conninfo = ''")
            await tell(promoted, "SELECT pg_reload_conf()")
            await tell(promoted, "SELECT pg_wal_replay_resume()")

            async def parted() -> bool:
                connection = await asyncpg.connect(promoted.dsn)
                try:
                    return bool(
                        await connection.fetchval("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")
                    )
                finally:
                    await connection.close()

            await until(parted)
            for _ in range(20):
                await give(groat)

            async def replayed() -> bool:
                return await version(groat.stale(300)) == first + 20

            await until(replayed)
            reads, _ = by(groat)
            old.stop("immediate")
            promoted.promote()

            async def writes() -> bool:
                try:
                    await give(groat)
                except StoreError:
                    return False
                return True

            await until(writes)
            wanted = await version(groat)
            assert wanted < first + 20, "the new history lacks what was lost"

            async def dropped() -> bool:
                assert groat.replica is not None
                return groat.replica.behind_s is None

            await until(dropped)
            reads, _ = by(groat)
            assert await version(groat.stale(300)) == wanted
            assert by(groat)[0] == reads


def test_only_postgresql_has_replicas(tmp_path: object) -> None:
    async def run() -> None:
        with pytest.raises(StoreError) as caught:
            async with Groat.open(f"sqlite:///{tmp_path}/groat.db", replica="postgresql://somewhere/else"):
                pass
        assert caught.value.code == "wrong_scheme"

    asyncio.run(run())
