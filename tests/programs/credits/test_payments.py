"""Payments as gateways tell of them: twice, late, out of order, wrong, and with servers that die in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from groat import Groat, Refusal, StoreError
from groat.ledger.states import SetState
from groat.programs.credits import CREDITS
from groat.programs.credits.orders import payments as module
from groat.programs.credits.orders.catalogue import StoredPackage
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.tables import parse_table
from tests.programs.credits.shop import Shop

NOBODY = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"


@pytest.fixture
async def shop(groat: Groat) -> Shop:
    shop = Shop(groat)
    assert isinstance(await shop.put(), StoredPackage)
    return shop


# Acts on one order of 9.00 USD, or messages about payments for it: `p1` is "it succeeded", `p1:8.00` with another
# amount, `p1:EUR` in another currency, `p1!` "it failed", `p1<` "it was paid back", `p1@` of no order, `p1?` neither.
SAID = """
said                      outcomes                            state      balance  cases
p1                        fulfilled                           fulfilled  500      -
p1 p1                     fulfilled repeated                  fulfilled  500      -
p1 p1 p1                  fulfilled repeated repeated         fulfilled  500      -
p1 p2                     fulfilled paid_twice                fulfilled  500      paid_twice
p1 p2 p2                  fulfilled paid_twice paid_twice     fulfilled  500      paid_twice
p1:8.00                   wrong_amount                        pending    0        wrong_amount
p1:10.00                  wrong_amount                        pending    0        wrong_amount
p1:nine                   wrong_amount                        pending    0        wrong_amount
p1:EUR                    wrong_currency                      pending    0        wrong_currency
p1 p1:8.00                fulfilled differs                   fulfilled  500      differs
p1:8.00 p1                wrong_amount differs                pending    0        wrong_amount differs
p1:8.00 p2                wrong_amount fulfilled              fulfilled  500      wrong_amount
p1@                       no_order                            pending    0        no_order
p1!                       failed                              pending    0        -
p1! p1                    failed fulfilled                    fulfilled  500      -
p1 p1!                    fulfilled late                      fulfilled  500      -
p1<                       refunded                            pending    0        refunded
p1< p1                    refunded refunded_before            pending    0        refunded refunded_before
p1 p1<                    fulfilled refunded                  fulfilled  500      refunded
cancel p1                 order_cancelled                     cancelled  0        order_cancelled
cancel p1 p1              order_cancelled order_cancelled     cancelled  0        order_cancelled
fulfil p1                 noted                               fulfilled  500      -
fulfil p1 p1              noted repeated                      fulfilled  500      -
fulfil p1 p2              noted paid_twice                    fulfilled  500      paid_twice
fulfil refund p1          paid_twice                          refunded   0        paid_twice
expire p1                 fulfilled                           fulfilled  500      -
freeze p1                 not_fulfilled                       pending    0        not_fulfilled
p1?                       ignored                             pending    0        -
"""


async def test_each_thing_that_a_gateway_says_has_an_outcome(groat: Groat, shop: Shop, clock: Clock) -> None:
    for number, row in enumerate(parse_table(SAID)):
        user, seen = f"u{number}", {case.id for case in await shop.cases()}
        order = await shop.order("shop", user)
        outcomes = []
        for said in row["said"].split():
            if said in ("cancel", "fulfil", "refund"):
                given = {} if said == "fulfil" else {"reason": "As asked"}
                assert isinstance(await shop.take(order, said, **given), RequestView)
            elif said == "expire":
                clock.advance(86_400)
                await shop.flow.take_due()
            elif said == "freeze":
                freeze = SetState(
                    principal="user:ada", key="freeze", reason="Court", account=f"user:{user}", act="freeze"
                )
                assert not isinstance(await groat.execute(freeze), Refusal)
            else:
                outcomes.append(await hear(shop, order, f"{number}-", said))
        found = await shop.look(order)
        told = {
            "said": row["said"], "outcomes": " ".join(outcomes), "state": found.state,
            "balance": await shop.balance(f"user:{user}"),
            "cases": " ".join(c.data["problem"] for c in await shop.cases() if c.id not in seen) or "-",
        }  # fmt: skip
        assert told == row


async def hear(shop: Shop, order: RequestView, prefix: str, said: str) -> str:
    payment, more = prefix + said[:2], said[2:]
    types = {"!": "failed", "<": "refunded", "?": "created"}
    if more in types:
        return await shop.hear(payment, order.id, what=types[more])
    if more == "@":
        return await shop.hear(payment, NOBODY)
    value = more.removeprefix(":")
    if value.isalpha() and value.isupper():
        return await shop.hear(payment, order.id, currency=value)
    return await shop.hear(payment, order.id, value or "9.00")


async def test_a_message_that_comes_again_is_the_same_message(shop: Shop) -> None:
    order = await shop.order()
    message = shop.message("p1", order.id, body='{"paid": true}')
    first, before = await shop.payments.take_in(message)
    again, after = await shop.payments.take_in(message)
    assert (before, after, first.outcome) == (False, True, "fulfilled")
    assert again == first
    assert again.body == '{"paid": true}'


async def test_a_hundred_at_once_fulfil_once(shop: Shop) -> None:
    order = await shop.order()
    messages = [shop.message("p1", order.id) for _ in range(50)] * 2
    taken = await asyncio.gather(*(shop.payments.take_in(message) for message in messages))
    assert {each.outcome for each, _ in taken} <= {"fulfilled", "repeated"}
    assert await shop.balance() == "500"
    assert await shop.cases() == []


async def test_a_payment_that_failed_ends_an_order_that_was_filed_for_somebody(shop: Shop) -> None:
    order = await shop.order("system", cause="top_up")
    assert await shop.hear("p1", order.id, what="failed", reason="Declined") == "failed"
    found = await shop.look(order)
    assert (found.state, found.reason) == ("cancelled", "Declined")


class Dies(Exception):
    """The server dies."""


@pytest.mark.parametrize("said", ["p1", "p1:8.00", "p1<"])
async def test_a_server_that_dies_anywhere_loses_nothing(
    groat: Groat, shop: Shop, clock: Clock, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies before and after each write of taking a message in; another server goes on."""
    order = await shop.order()
    value = said[3:] or "9.00"
    message = shop.message("p1", order.id, value, "refunded" if said.endswith("<") else "succeeded")
    write, execute = groat.write, groat.execute
    died, fatal = 0, 0

    def deadly(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def once(*args: Any) -> Any:
            nonlocal died
            died += 1
            if died == fatal:
                raise Dies
            result = await call(*args)
            died += 1
            if died == fatal:
                raise Dies
            return result

        return once

    with monkeypatch.context() as patch:
        patch.setattr(groat, "write", deadly(write))
        patch.setattr(groat, "execute", deadly(execute))
        survived = False
        while not survived:
            fatal, died = fatal + 1, 0
            try:
                await shop.payments.take_in(message)
                survived = True
            except Dies:
                continue
    assert fatal > 6
    clock.advance(10)
    await shop.payments.catch_up()
    taken, _ = await shop.payments.take_in(message)
    assert taken.outcome == {"p1": "fulfilled", "p1:8.00": "wrong_amount", "p1<": "refunded"}[said]
    assert await shop.balance() == ("500" if said == "p1" else "0")
    assert len(await shop.cases()) == (said != "p1")


async def test_what_a_dead_server_kept_is_acted_on_by_another(groat: Groat, shop: Shop, clock: Clock) -> None:
    order = await shop.order()
    message = shop.message("p1", order.id)
    await groat.write(module._keep, message)
    assert await shop.payments.catch_up() == 0
    clock.advance(6)
    assert await shop.payments.catch_up() == 1
    assert await shop.balance() == "500"
    assert await shop.payments.catch_up() == 0


async def test_two_nodes_hear_the_same_and_staff_decide_meanwhile(
    groat: Groat, shop: Shop, database: Database, clock: Clock
) -> None:
    assert CREDITS.extension is not None
    store = database.store(clock, extensions=(*Groat.standing, CREDITS.extension))
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as second:
        nodes = (shop, Shop(second))
        orders = [await shop.order("shop", f"u{number}") for number in range(12)]

        async def tried(call: Callable[[], Awaitable[Any]]) -> Any:
            while True:
                try:
                    return await call()
                except StoreError as error:
                    if error.code != "busy":
                        raise

        calls: list[Callable[[], Awaitable[Any]]] = []
        for order in orders:
            for node in nodes:
                calls.append(partial(node.hear, f"p-{order.id}", order.id))
                calls.append(partial(node.take, order, "fulfil", "ada"))
            calls.append(partial(nodes[1].take, order, "cancel", "bela", reason="Late"))
        await asyncio.gather(*(tried(call) for call in calls))
        for order in orders:
            found = await shop.look(order)
            credits = "500" if found.state == "fulfilled" else "0"
            assert await shop.balance(found.owner) == credits, found
        cancelled = {order.id for order in orders if (await shop.look(order)).state == "cancelled"}
        assert {case.data["order"] for case in await shop.cases()} == cancelled
