"""A refusal is never frozen because somebody else holds a row that a hold which is over needs to be given back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from groat import Groat
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Command, Hold, Post, Posting, SetBalance
from groat.ledger.errors import Refusal
from groat.store.postgres import PostgresStore
from tests.faults.ledgers import fresh, ledger, plain
from tests.servers import Postgres


def post(source: str, destination: str, amount: int, key: str = "k") -> Post:
    return Post(principal="service:x", key=key, postings=(Posting(source, destination, amount, "CREDIT"),))


async def outcome(groat: Groat, command: Command) -> str:
    try:
        verdict = await groat.execute(command)
    except Exception as error:  # noqa: BLE001 (a test's verdict)
        return getattr(error, "code", repr(error))
    return verdict.code if isinstance(verdict, Refusal) else "done"


def spend() -> Command:
    return post("user:1", "user:2", 50)


def spend_in_legs() -> Command:
    postings = (Posting("house:x", "user:3", 1, "CREDIT"), Posting("user:1", "user:2", 50, "CREDIT"))
    return Post(principal="service:x", key="k", postings=postings)


def spend_in_bulk() -> Command:
    return Bulk(
        principal="service:x", key="k", items=(post("house:x", "user:3", 1), post("user:1", "user:2", 50))
    )


def reserve() -> Command:
    return Hold(
        principal="service:x", key="k", source="user:1", destination="user:2", amount=50, asset="CREDIT"
    )


def set_balance() -> Command:
    return SetBalance(principal="service:x", key="k", account="user:1", asset="CREDIT", balance=50)


ACCOUNT = "SELECT 1 FROM groat_account WHERE path = '{}' FOR UPDATE"
LOCKS = {
    "the other side": ACCOUNT.format("house:shop"),
    "the hold": "SELECT 1 FROM groat_hold FOR UPDATE",
    "the other side's stream": "SELECT 1 FROM groat_stream WHERE name = 'user:shop' FOR UPDATE",
}


async def prepare(groat: Groat, other: Any, lock: str) -> None:
    shop = "user:shop" if "stream" in lock else "house:shop"
    await groat.post([("house:x", "user:1", "100", "CREDIT")], key="gift")
    await groat.post([("house:x", shop, "1", "CREDIT")], key="open")
    await groat.hold("user:1", shop, "100", "CREDIT", key="hold")
    # user:9 may have 60 at most, and is to receive 60.
    await groat.set_limits("user:9", "CREDIT", ceiling="60", key="limit")
    await groat.hold("house:shop", "user:9", "60", "CREDIT", key="coming")
    await other.execute("BEGIN")
    await other.execute(lock)
    async with plain(groat._store.dsn) as third:  # type: ignore[attr-defined]
        if "hold" not in lock:
            await third.execute("UPDATE groat_hold SET expires_at = 1")
        else:
            await other.execute(
                "UPDATE groat_hold SET expires_at = 1; COMMIT; BEGIN; SELECT 1 FROM groat_hold FOR UPDATE"
            )


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS.keys())
@pytest.mark.parametrize(
    "make", [spend, spend_in_legs, spend_in_bulk, reserve, set_balance], ids=lambda make: make.__name__
)
async def test_what_cannot_be_given_back_now_is_waited_for(
    postgres_server: Postgres, lock: str, make: Any
) -> None:
    dsn = fresh(postgres_server)
    async with ledger(dsn) as groat, plain(dsn) as other:
        await prepare(groat, other, lock)
        calling = asyncio.create_task(outcome(groat, make()))
        # Nobody else waits with it.
        assert await outcome(groat, post("house:x", "user:4", 1, "other")) == "done"
        await asyncio.sleep(0.5)
        assert not calling.done(), calling.result()
        await other.execute("ROLLBACK")
        assert await calling == "done"


async def test_a_lock_that_stays_is_told_as_busy_and_freezes_nothing(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with ledger(dsn) as groat, plain(dsn) as other:
        await prepare(groat, other, LOCKS["the other side"])
        async with Groat.open(dsn, store=PostgresStore(dsn)) as node:
            busy = await asyncio.gather(
                outcome(groat, spend()),
                outcome(node, post("user:1", "user:2", 60, "on another node")),
                outcome(groat, post("house:x", "user:9", 50, "below a ceiling")),
            )
            assert set(busy) == {"busy"}
            await other.execute("ROLLBACK")
            assert await outcome(node, spend()) == "done"
            assert await outcome(groat, post("user:1", "user:2", 50, "on another node")) == "done"
            assert await outcome(node, post("house:x", "user:9", 60, "below a ceiling")) == "done"
