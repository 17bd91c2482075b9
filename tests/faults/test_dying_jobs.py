"""kill -9 before any statement of an automatic top-up or of metered work, and two nodes at each at once.

A run dies before some of the statements, another one each ``seed``; with GROAT_SOAK_ROUNDS before all of them.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter

import pytest

from groat import Groat, GroatError, Refused
from groat.engine.ids import derived_id
from groat.programs.credits import CREDITS
from tests.faults.dying import dying
from tests.faults.ledgers import fresh, ledger
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database
from tests.helpers.money import give, new_key, standing
from tests.programs.credits.opened import opened
from tests.programs.credits.topping import Topping
from tests.servers import Postgres

__all__ = ["clock", "database"]

LEASE_S = 121
FUNDS = 10_000
STEP = 1 if "GROAT_SOAK_ROUNDS" in os.environ else 3


async def below_its_line(top: Topping, user: str) -> None:
    """Give a person a rule, and let them spend below its line."""
    top.user = user
    await give(top.groat, f"user:{user}", "60")
    await top.set_up("ada", user=user)
    await top.work()
    await top.groat.post([(f"user:{user}", "house:s", "20", "CREDIT")], key=new_key())


async def charged(top: Topping) -> list[str]:
    """The ids of the person's charges."""
    return [each.id for each in await top.charges() if each.target == f"user:{top.user}"]


async def test_a_node_dies_before_a_statement_of_a_top_up(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    died: dict[str, list[str]] = {"top_up": [], "pay": []}
    async with opened(database, clock) as groat, dying("dying_jobs.py", database.url, clock) as nodes:
        top = Topping(groat)
        await top.shop.put()
        number = seed % STEP
        while not all(each[-1:] == ["done"] for each in died.values()):
            await below_its_line(top, f"{number}")
            for what, before in died.items():
                words = () if what == "top_up" else (top.rule,)
                # Whoever worked before, or died, has let go of its leases after a while.
                clock.advance(LEASE_S)
                if before[-1:] != ["done"]:
                    before.append(await nodes.told(number, what, *words))
                    clock.advance(LEASE_S)
                if what == "pay":
                    await top.shop.payments.catch_up()
                    await top.pay(id=f"msg-{top.rule}")
                await Topping(groat).work(2)
                rule = await top.look()
                orders = [each.id for each in await top.orders(user=top.user)]
                order = rule.data["order"] or rule.data["last"]
                assert (orders, await charged(top)) == ([order], [derived_id(order, "charge")]), before
                wanted = ("ordering", "40") if what == "top_up" else ("resting", "540")
                assert (rule.state, await top.shop.balance(f"user:{top.user}")) == wanted, (what, before)
            number += STEP
    assert min(map(len, died.values())) > 20 // STEP, died


async def test_a_node_dies_before_a_statement_of_metered_work(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    died: list[str] = []
    async with opened(database, clock) as groat, dying("dying_jobs.py", database.url, clock) as nodes:
        await groat.post([("house:in", "user:a", FUNDS, "CREDIT")], key="funds")
        number = seed % STEP
        while (answer := await nodes.told(number, "metered", f"job-{number}")) != "5+2":
            died.append(answer)
            # The job runs again under its key, and goes on with the hold that there is.
            assert await nodes.told(-1, "metered", f"job-{number}") == "5+2", died
            left = str(FUNDS - 7 * len(died))
            assert (await standing(groat, "user:a"))[:3] == (left, "0", left), died
            number += STEP
    assert len(died) > 20 // STEP, died


async def test_two_nodes_that_settle_one_hold_settle_it_once(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with ledger(dsn) as one, ledger(dsn) as other:
        await one.post([("house:in", "user:a", FUNDS, "CREDIT")], key="funds")

        async def settle(groat: Groat, hold: str, actual: str, key: str) -> str:
            while True:
                try:
                    made = await groat.settle(hold, actual, key=key, excess="available")
                except Refused as refused:
                    return refused.code
                except GroatError as error:
                    if error.code != "busy":
                        raise
                else:
                    return str(made.id)

        spent = 0
        for number in range(30):
            hold = (await one.hold("user:a", "house:llm", 5, "CREDIT", key=f"hold-{number}")).id
            # Beyond the hold, below it, and the same settlement on both nodes.
            calls = [("7", "a", one), ("7", "a", other), ("3", "b", other), ("3", "b", one)]
            found = await asyncio.gather(
                *(settle(groat, str(hold), actual, f"{name}-{number}") for actual, name, groat in calls)
            )
            assert found[0] == found[1]
            assert found[2] == found[3]
            assert Counter(code == "hold_resolved" for code in found) == {True: 2, False: 2}, found
            spent += 3 if found[0] == "hold_resolved" else 7
            assert (await standing(other, "user:a"))[:2] == (str(FUNDS - spent), "0")


async def test_two_nodes_at_once_file_one_order(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with Groat.open(dsn, programs=[CREDITS]) as one, Groat.open(dsn, programs=[CREDITS]) as other:
        for asset, scale in (("CREDIT", 0), ("USD", 2)):
            await one.add_asset(asset, scale)
        tops = [Topping(one), Topping(other)]
        await tops[0].shop.put()
        await below_its_line(tops[0], "7")
        for number in range(30):
            node = (one, other)[number % 2]
            await node.post([("user:7", "house:s", 1, "CREDIT")], key=f"spend-{number}")
            await asyncio.gather(*(top.work(1) for top in tops))
        assert len(await tops[0].orders()) == len(await tops[0].charges()) == 1
        tops[1].rule = tops[0].rule
        # The door tells both nodes that it was paid, each by a message of its own.
        outcomes = await asyncio.gather(*(top.pay() for top in tops))
        assert "fulfilled" in outcomes
        assert set(outcomes) <= {"fulfilled", "repeated"}
        await asyncio.gather(*(top.work(2) for top in tops))
        assert (await standing(one, "user:7")).balance == "510"
        assert ((await tops[0].look()).state, len(await tops[0].orders())) == ("resting", 1)
        report = await one.verify()
        assert report.ok, report.problems
