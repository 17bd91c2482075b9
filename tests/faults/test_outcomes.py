"""When the outcome of a COMMIT is unknown, the keys decide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from groat import Groat, GroatError
from groat.store.flow import Query
from tests.faults.ledgers import fresh, ledger, network, plain, through
from tests.live.waiting import until
from tests.servers import Postgres

CANCEL = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


async def pay(groat: Groat, source: str, destination: str, key: str) -> bool:
    """Move 1; whether the verdict was there before."""
    return (await groat.post([(source, destination, "1", "CREDIT")], key=key)).replayed


async def give(groat: Groat, account: str, key: str) -> bool:
    return await pay(groat, "house:bonus", account, key)


async def balance(groat: Groat, account: str) -> str:
    view = await groat.account(account)
    return view.balances[0].balance if view else "0"


async def test_the_answer_to_a_commit_is_lost(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with network(postgres_server) as net, ledger(through(net, dsn)) as groat:
        await give(groat, "user:a", "before")
        # Not those of what the ledger does by itself.
        net.lose_commits = b"user:a"
        giving = asyncio.create_task(give(groat, "user:a", "k"))
        await until(lambda: net.lost)
        net.heal()
        assert await giving, "it was committed, so the second run found its verdict"
        assert await balance(groat, "user:a") == "2"


@asynccontextmanager
async def no_standby(dsn: str, other: Any) -> AsyncIterator[None]:
    """COMMITs wait for a standby that does not exist, until the end of this or until `let_go`."""
    await other.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await other.execute("SELECT pg_reload_conf()")
    try:
        # The server's processes hear of it in their own time: it counts once a COMMIT really waits.
        async with plain(dsn) as probe:
            while True:
                asking = asyncio.create_task(
                    probe.execute("SELECT pg_logical_emit_message(true, 'probe', '')")
                )
                while not asking.done():
                    if await other.fetchval(CANCEL):
                        await asking
                        break
                else:
                    continue
                break
        yield
    finally:
        await let_go(other)


async def let_go(other: Any) -> None:
    await other.execute("ALTER SYSTEM RESET synchronous_standby_names")
    await other.execute("SELECT pg_reload_conf()")


async def in_commit(connection: Any, number: int = 1) -> None:
    """Wait until the COMMITs of so many wait for a standby."""
    waiting = "SELECT count(*) >= $1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    async with asyncio.timeout(10):
        while not await connection.fetchval(waiting, number):  # noqa: ASYNC110 (the database has no event for it)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("moment", ["lock_accounts", "lock_free_accounts"])
async def test_the_old_backend_still_commits_while_the_command_runs_again(
    postgres_server: Postgres, moment: str
) -> None:
    """The keys were looked up before the old backend's COMMIT; it comes when the rows are waited for, or later."""
    dsn = fresh(postgres_server)
    ends: list[asyncio.Task[None]] = []
    async with plain(dsn) as other, network(postgres_server) as net:

        def before(query: Query) -> None:
            if query.name == moment and net.cuts and not ends:
                ends.append(asyncio.create_task(let_go(other)))

        async with ledger(through(net, dsn), before) as groat:
            await give(groat, "user:a", "before")
            async with no_standby(dsn, other):
                giving = asyncio.create_task(give(groat, "user:a", "k"))
                await in_commit(other)
                net.cut()
                assert await giving, "it was committed, so a later run found its verdict"
                await asyncio.gather(*ends)
                assert ends
            assert await balance(groat, "user:a") == "2"


async def test_chains_do_not_fork(postgres_server: Postgres) -> None:
    """What a node commits next must not name the same predecessor as a batch that may still commit elsewhere."""
    dsn = fresh(postgres_server)
    async with plain(dsn) as other, network(postgres_server) as net, ledger(through(net, dsn)) as groat:
        await asyncio.gather(*(give(groat, f"user:{n}", f"before {n}") for n in range(3)))
        async with no_standby(dsn, other):
            giving = [asyncio.create_task(give(groat, "user:a", "k"))]
            await in_commit(other)
            net.cut()
            for n in range(4):
                giving.append(asyncio.create_task(pay(groat, f"house:{n}", f"user:{n}", f"{n}")))
                await asyncio.sleep(0.1)
            # Both lanes of the node have gone on to other batches.
            await in_commit(other, 3)
        await asyncio.gather(*giving)
        report = await groat.verify()
        assert report.problems == []


async def test_a_cancelled_wait_for_the_standby_is_no_success(postgres_server: Postgres) -> None:
    """PostgreSQL commits with a warning then; the same when the verdict is told again."""
    dsn = fresh(postgres_server)
    async with plain(dsn) as other, ledger(dsn) as groat:
        await give(groat, "user:a", "before")
        async with no_standby(dsn, other):
            giving = asyncio.create_task(give(groat, "user:a", "k"))
            cancelled = 0
            async with asyncio.timeout(10):
                while cancelled < 3:
                    await in_commit(other)
                    cancelled += await other.fetchval(CANCEL)
            await in_commit(other)
            assert not giving.done()
            assert await balance(groat, "user:a") == "2", "it stands here, and may be lost with this machine"
        assert await giving


async def test_a_network_that_swallows_everything(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with network(postgres_server) as net, ledger(through(net, dsn)) as groat:
        await give(groat, "user:a", "before")
        net.swallow()
        async with asyncio.timeout(20):
            with pytest.raises(GroatError) as caught:
                await give(groat, "user:a", "k")
        assert caught.value.code == "store_unavailable"
        net.heal()
        await give(groat, "user:a", "k")
        assert await balance(groat, "user:a") == "2"


async def test_closing_ends_though_the_network_swallows_everything(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with network(postgres_server) as net:
        groat = await (opened := Groat.open(through(net, dsn))).__aenter__()
        await groat.add_asset("CREDIT", 0)
        net.swallow()
        calls = [
            asyncio.create_task(give(groat, "user:a", "k")),
            asyncio.create_task(balance(groat, "user:a")),
        ]
        # The timer that looks for due holds is caught in it too.
        await asyncio.sleep(1)
        async with asyncio.timeout(25):
            await opened.__aexit__(None, None, None)
            results = await asyncio.gather(*calls, return_exceptions=True)
        assert [getattr(each, "code", each) for each in results] == ["store_unavailable"] * 2
