"""Vouchers while nodes race and die: the last use is given once, and a redemption is whole or nothing."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from groat import Groat
from groat.ledger.grants import Terms
from groat.programs.credits import CREDITS
from tests.faults.dying import dying
from tests.faults.ledgers import fresh
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database
from tests.helpers.money import standing
from tests.programs.credits.test_vouchers import begin, make, redeem, verdict
from tests.servers import Postgres

__all__ = ["clock", "database"]

WRITTEN = """
SELECT (SELECT count(*) FROM groat_txn), (SELECT count(*) FROM groat_event), (SELECT count(*) FROM groat_key),
       (SELECT count(*) FROM groat_grant), (SELECT sum(version + credits + debits) FROM groat_account),
       (SELECT sum(uses + spent) FROM groat_voucher_campaign), (SELECT count(*) FROM groat_voucher_redemption),
       (SELECT count(*) FROM groat_voucher_person), (SELECT count(redemption) FROM groat_voucher_code)
"""


async def test_two_nodes_give_the_last_use_to_one(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with Groat.open(dsn, programs=[CREDITS]) as one, Groat.open(dsn, programs=[CREDITS]) as other:
        await one.add_asset("CREDIT", 0)
        await begin(one, uses_max=1)
        single = await begin(one, "")
        (digest,) = await make(one, single, 1)
        for code, only in (("SPRING", ""), ("", digest)):
            found = Counter(
                await asyncio.gather(
                    *(verdict((one, other)[n % 2], redeem(str(n), code, only)) for n in range(100))
                )
            )
            assert found == {"ok": 1, "voucher_used_up": 99}
        # Nor does anybody get it twice by asking both.
        await begin(one, "BOTH-NODES")
        found = Counter(
            await asyncio.gather(
                *(verdict((one, other)[n % 2], redeem("z", "BOTH-NODES")) for n in range(40))
            )
        )
        assert found == {"ok": 1, "voucher_yours_used_up": 39}
        report = await one.verify()
        assert report.ok, report.problems


async def test_a_node_dies_before_each_statement_of_a_redemption(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    assert CREDITS.extension is not None
    extensions = (*Groat.standing, CREDITS.extension)
    store = database.store(clock, extensions=extensions)
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as groat:
        await groat.add_asset("CREDIT", 0)
        await begin(groat, grant=Terms(cause="voucher"))
    before = database.rows(WRITTEN)
    died: list[str] = []
    async with dying("dying_redeemer.py", database.url, clock) as nodes:
        while (answer := await nodes.told(len(died), "SPR1NG")) != "done":
            assert database.rows(WRITTEN) == before, answer
            died.append(answer)
        assert await nodes.told(-1, "SPR1NG") == "again"
    needed = {
        "lock_voucher_codes",
        "lock_voucher_campaigns",
        "lock_voucher_persons",
        "write_voucher_campaigns",
    }
    assert needed | {"write_voucher_redemptions", "insert_keys", "commit"} <= set(died)
    store = database.store(clock, extensions=extensions)
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as groat:
        assert (await standing(groat, "user:7")).balance == "10"
        assert await verdict(groat, redeem("7")) == "voucher_yours_used_up"
        report = await groat.verify()
        assert report.ok, report.problems
