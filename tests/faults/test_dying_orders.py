"""kill -9 before any statement of fulfilling an order, by hand or for a payment: another node ends what it began."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest

from groat import Groat
from groat.programs.credits import CREDITS
from groat.programs.workflow.views import RequestView
from tests.faults.dying import dying
from tests.faults.dying_orders import message
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database
from tests.programs.credits.shop import Shop

__all__ = ["clock", "database"]

ORDERS = 100
NEEDED = {
    "manual": {"lock_requests", "write_requests", "insert_request_steps", "insert_grants", "insert_keys", "commit"},
    "payment": {"credits_keep_payment", "write_requests", "insert_grants", "credits_settle_payment", "commit"},
}  # fmt: skip


@pytest.mark.parametrize("how", ["manual", "payment"])
async def test_a_node_dies_before_each_statement(
    database: Database, clock: Clock, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    assert CREDITS.extension is not None
    extensions = (*Groat.standing, CREDITS.extension)
    database.prepare(extensions)

    def opened() -> AbstractAsyncContextManager[Groat]:
        return Groat.open(
            database.url, store=database.store(clock, extensions=extensions), programs=[CREDITS]
        )

    async with opened() as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.add_asset("USD", 2)
        shop = Shop(groat)
        await shop.put()
        orders = [(await shop.order()).id for _ in range(ORDERS)]
    died: list[str] = []
    async with dying("dying_orders.py", database.url, clock) as nodes:
        while (answer := await nodes.told(len(died), how, orders[len(died)])) != "done":
            died.append(answer)
    assert NEEDED[how] <= set(died), died
    async with opened() as groat:
        shop = Shop(groat)
        tried = orders[: len(died) + 1]
        states = []
        for id in tried:
            found = await shop.flow.find("credit_order", id)
            assert found is not None
            states.append(found.state)
            # State and credits are one commit.
            assert (found.data["transaction"] != "") == (found.state == "fulfilled")
        assert await shop.balance() == str(500 * states.count("fulfilled"))
        for id in tried:
            if how == "payment":
                taken, _ = await shop.payments.take_in(message(id))
                assert taken.outcome == "fulfilled"
            else:
                taken_on = await shop.flow.take(
                    "credit_order", id, "fulfil", {}, by="user:ada", roles=["admin"], key=f"fulfil-{id}"
                )
                assert isinstance(taken_on, RequestView), taken_on
        assert await shop.balance() == str(500 * len(tried))
        report = await groat.verify()
        assert report.ok, report.problems
