"""Orders of credits: the catalogue with its dated prices, and an order's life from its filing to its refund."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from groat import Groat, Refusal
from groat.engine import groat as engine
from groat.programs.credits.orders.catalogue import Price, StoredPackage
from groat.programs.credits.orders.order import CREDIT_ORDER
from groat.programs.credits.orders.payment_case import CREDIT_PAYMENT
from groat.programs.workflow import Workflow
from groat.programs.workflow.testing import walk
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.money import give, new_key
from tests.helpers.tables import parse_table
from tests.programs.credits.shop import STARTER, Shop

DAY_S = 86_400


@pytest.fixture
async def shop(groat: Groat) -> Shop:
    shop = Shop(groat)
    assert isinstance(await shop.put(), StoredPackage)
    return shop


def code_of(answer: object) -> str:
    return answer.code if isinstance(answer, Refusal) else ""


async def test_each_transition_of_an_order(groat: Groat) -> None:
    async def prepare(groat: engine.Groat, workflow: Workflow) -> Mapping[str, Any]:
        await Shop(workflow.groat).put()  # type: ignore[arg-type]
        return {}

    walked = await walk(groat, CREDIT_ORDER, prepare, kinds=(CREDIT_PAYMENT,))
    assert walked.refused > 0


async def test_each_transition_of_a_payment_to_look_at(groat: Groat) -> None:
    await walk(groat, CREDIT_PAYMENT)


# Steps of one order of 500 credits for 9.00 USD. The buyer spends (`spend:200`), and gets others beside (`gift:100`).
LIVES = """
steps                                           refused             state            balance  refunded  kept  repay
-                                               -                   pending          0        -         -     -
fulfil                                          -                   fulfilled        500      -         -     -
fulfil fulfil                                   already_decided     fulfilled        500      -         -     -
cancel                                          -                   cancelled        0        -         -     -
cancel fulfil                                   wrong_state         cancelled        0        -         -     -
cancel reopen fulfil                            -                   fulfilled        500      -         -     -
fulfil cancel                                   wrong_state         fulfilled        500      -         -     -
pay                                             -                   fulfilled        500      -         -     -
pay fulfil                                      already_decided     fulfilled        500      -         -     -
refund                                          wrong_state         pending          0        -         -     -
fulfil refund                                   -                   refunded         0        500       0     9.00
fulfil refund refund                            wrong_state         refunded         0        500       0     9.00
fulfil spend:200 refund                         -                   partly_refunded  0        300       200   5.40
fulfil spend:200 refund refund                  grant_spent         partly_refunded  0        300       200   5.40
fulfil spend:500 refund                         grant_spent         fulfilled        0        -         -     -
fulfil refund:100                               -                   partly_refunded  400      100       400   1.80
fulfil refund:100 refund:400                    -                   refunded         0        500       0     9.00
fulfil refund:100 refund:401                    grant_spent         partly_refunded  400      100       400   1.80
fulfil refund:0.5                               refund_wrong        fulfilled        500      -         -     -
fulfil spend:200 refund:301                     grant_spent         fulfilled        300      -         -     -
fulfil gift:100 spend:500 refund                grant_spent         fulfilled        100      -         -     -
gift:100 fulfil spend:200 refund                -                   partly_refunded  100      300       200   5.40
fulfil spend:200 correct:500                    insufficient_funds  fulfilled        300      -         -     -
fulfil spend:200 gift:300 correct:500           -                   refunded         100      500       0     9.00
fulfil refund:100 spend:400 gift:50 correct:50  -                   partly_refunded  0        150       350   2.70
"""


async def test_the_lives_of_an_order(groat: Groat, shop: Shop) -> None:
    for number, row in enumerate(parse_table(LIVES)):
        user = f"u{number}"
        order = await shop.order("shop", user)
        refused = ""
        for step in row["steps"].replace("-", "").split():
            refused = code_of(await live(groat, shop, order, step))
        found = await shop.look(order)
        data = found.data
        told = {
            "steps": row["steps"], "refused": refused or "-", "state": found.state,
            "balance": await shop.balance(f"user:{user}"), "refunded": data["refunded"] or "-",
            "kept": data["kept"] or "-", "repay": data["repay"] or "-",
        }  # fmt: skip
        assert told == row


async def live(groat: Groat, shop: Shop, order: RequestView, step: str) -> object:
    name, _, amount = step.partition(":")
    if name == "spend":
        return await groat.post([(order.owner, "house:shop", amount, "CREDIT")], key=new_key())
    if name == "gift":
        return await give(groat, order.owner, amount)
    if name == "pay":
        return await shop.take(order, "pay", "shop", payment=f"of-{order.id}", amount="9", currency="USD")
    given = {} if name == "fulfil" else {"reason": "As asked", **({"amount": amount} if amount else {})}
    if name == "correct":
        await shop.take(order, "correct", "bela", **given)
    return await shop.take(order, name, **given)


async def test_a_refund_takes_the_orders_own_grant_and_no_other(groat: Groat, shop: Shop) -> None:
    first, second = await shop.order(), await shop.order()
    for order in (first, second):
        await shop.take(order, "fulfil")
    await groat.post([("user:42", "house:shop", "100", "CREDIT")], key=new_key())
    assert code_of(await shop.take(second, "refund", reason="Paid twice")) == ""
    assert (await shop.look(second)).data["refunded"] == "500"
    refunded = await shop.take(first, "refund", reason="Paid twice")
    assert isinstance(refunded, RequestView)
    assert (refunded.data["refunded"], refunded.data["kept"]) == ("400", "100")
    made = await groat.transaction(refunded.transaction)  # type: ignore[arg-type]
    assert made is not None
    assert made.reverses == refunded.data["transaction"]


async def test_what_is_held_of_the_order_is_not_taken_back(groat: Groat, shop: Shop) -> None:
    order = await shop.order()
    await shop.take(order, "fulfil")
    hold = (await groat.hold("user:42", "house:shop", "120", "CREDIT", key=new_key())).hold
    assert hold
    await shop.take(order, "refund", reason="As asked")
    assert (await shop.look(order)).data["kept"] == "120"
    await groat.release(hold.id, key=new_key())
    await shop.take(order, "refund", reason="The rest")
    assert (await shop.look(order)).state == "refunded"


async def test_the_buyer_and_not_the_admin_gets_a_grant_of_the_packages_terms(
    groat: Groat, clock: Clock
) -> None:
    shop = Shop(groat)
    await shop.put(package=msgspec.structs.replace(STARTER, lasts_s=30 * DAY_S, priority=7))
    fulfilled = await shop.take(await shop.order(), "fulfil", fulfilled_by="ada")
    assert isinstance(fulfilled, RequestView)
    assert (fulfilled.data["fulfilled_by"], fulfilled.data["user_id"]) == ("ada", "42")
    assert (await shop.balance(), await shop.balance("user:ada")) == ("500", "0")
    made = await groat.transaction(fulfilled.data["transaction"])
    assert made is not None
    assert isinstance(made.grants, list)
    [grant] = made.grants
    assert (grant.class_, grant.account) == ("paid", "user:42")
    clock.advance(31 * DAY_S)
    await groat.expire_due()
    assert await shop.balance() == "0"


@pytest.mark.parametrize(
    ("caller", "given", "code"),
    [
        ("ada", "bela", "fulfilled_by_differs"),
        ("shop", "ada", "fulfilled_by_differs"),
        ("ada", "user:ada", ""),
        ("shop", "service:shop", ""),
        ("buyer", "42", "not_allowed"),
        ("sam", "sam", "not_allowed"),
        ("other", "7", "request_not_found"),
    ],
)
async def test_who_fulfils_an_order(shop: Shop, caller: str, given: str, code: str) -> None:
    order = await shop.order()
    assert code_of(await shop.take(order, "fulfil", caller, fulfilled_by=given)) == code
    assert await shop.balance() == ("0" if code else "500")


async def test_nobody_fulfils_their_own_order_but_whoever_filed_it_for_another(shop: Shop) -> None:
    mine = await shop.ask("ada", user="ada")
    assert isinstance(mine, RequestView)
    assert code_of(await shop.take(mine, "fulfil")) == "own_request"
    for caller in ("ada", "shop"):
        filed = await shop.order(caller)
        assert "fulfil" in CREDIT_ORDER.transitions
        assert code_of(await shop.take(filed, "fulfil", caller)) == ""


async def test_of_two_admins_at_once_the_first_wins(shop: Shop) -> None:
    order = await shop.order()
    answers = await asyncio.gather(
        *(shop.take(order, "fulfil", caller) for caller in ("ada", "bela", "shop")),
        shop.take(order, "cancel", "buyer"),
        shop.take(order, "pay", "system", payment="p1", amount="9.00", currency="USD"),
    )
    done = [answer for answer in answers if isinstance(answer, RequestView)]
    found = await shop.look(order)
    # A payment may still be noted on what staff fulfilled.
    assert sum(answer.data["transaction"] == answer.transaction for answer in done) == (
        found.state == "fulfilled"
    )
    assert await shop.balance() == ("500" if found.state == "fulfilled" else "0")
    for answer in answers:
        if isinstance(answer, Refusal):
            assert answer.code in ("already_decided", "wrong_state", "payment_of_cancelled", "paid_before")
            assert answer.code != "already_decided" or answer.fields["decided_by"]


async def test_the_same_key_fulfils_once(shop: Shop) -> None:
    order = await shop.order()
    first = await shop.take(order, "fulfil", key="again")
    again = await shop.take(order, "fulfil", key="again")
    assert isinstance(first, RequestView)
    assert isinstance(again, RequestView)
    assert (again.replayed, again.transaction) == (True, first.transaction)
    assert await shop.balance() == "500"


async def test_an_order_that_nobody_pays_ends(shop: Shop, clock: Clock) -> None:
    order = await shop.order()
    clock.advance(DAY_S - 1)
    await shop.flow.take_due()
    assert (await shop.look(order)).state == "pending"
    clock.advance(1)
    await shop.flow.take_due()
    assert (await shop.look(order)).state == "expired"
    # The money came after all.
    answer = await shop.take(order, "pay", "system", payment="p1", amount="9.00", currency="USD")
    assert isinstance(answer, RequestView)
    assert (answer.state, await shop.balance()) == ("fulfilled", "500")


async def test_a_change_of_the_price_never_touches_a_filed_order(shop: Shop, clock: Clock) -> None:
    before = await shop.order(price="9")
    found = await shop.put()
    assert isinstance(found, StoredPackage)
    prices = (*found.package.prices, Price("12.00", "USD", clock() + DAY_S * 1_000_000))
    changed = await shop.put(prices=prices, credits="450", version=1)
    assert isinstance(changed, StoredPackage), changed
    same_day = await shop.order(price="9.00")
    clock.advance(DAY_S)
    refused = await shop.ask(price="9.00")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.fields["price"]) == ("price_changed", "12.00")
    later = await shop.order()
    seen = [(o.data["price"], o.amount) for o in (before, same_day, later)]
    assert seen == [("9.00", "500"), ("9.00", "450"), ("12.00", "450")]
    assert (await shop.look(before)).data["price"] == "9.00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prices": (Price("8.00", "USD", -1),)}, "price_in_force"),
        ({"prices": (Price("8.00", "USD", 1),)}, "price_in_force"),
        ({"version": 0}, "package_changed"),
        ({"version": 7}, "package_changed"),
        ({"name": "Beginner", "version": 1}, ""),
    ],
)
async def test_what_holds_or_held_is_not_changed(shop: Shop, change: dict[str, Any], code: str) -> None:
    [stored] = [each for each in [await shop.put()] if isinstance(each, StoredPackage)]
    changed = await shop.put(**{"prices": stored.package.prices, **change})
    assert code_of(changed) == code


async def test_the_same_package_again_changes_nothing(shop: Shop) -> None:
    first = await shop.put()
    assert isinstance(first, StoredPackage)
    again = await shop.put(prices=first.package.prices)
    assert again == first


async def test_two_who_make_one_package_at_once_take_turns(groat: Groat) -> None:
    shop = Shop(groat)
    made = await asyncio.gather(*(shop.put("rare", version=0, place=place) for place in range(4)))
    assert [code_of(each) for each in made].count("") == 1
    assert {code_of(each) for each in made} == {"", "package_changed"}


@pytest.mark.parametrize(
    ("form", "caller", "code"),
    [
        ({"package": "none"}, "buyer", "package_not_found"),
        ({"package": "later"}, "buyer", "package_not_sold"),
        ({"package": "over"}, "buyer", "package_not_sold"),
        ({"package": "future_price"}, "buyer", "package_not_sold"),
        ({"package": "both"}, "buyer", "currency_needed"),
        ({"package": "both", "currency": "EUR"}, "buyer", "currency_needed"),
        ({"package": "both", "currency": "CREDIT"}, "buyer", ""),
        ({"price": "nine"}, "buyer", "price_changed"),
        ({"cause": "top_up"}, "buyer", "cause_not_yours"),
        ({"cause": "top_up"}, "shop", ""),
        ({"cause": "top_up"}, "system", ""),
        ({}, "other", "not_allowed"),
        ({}, "sam", "not_allowed"),
        ({}, "ada", ""),
    ],
)
async def test_what_can_be_ordered(
    groat: Groat, shop: Shop, clock: Clock, form: dict[str, str], caller: str, code: str
) -> None:
    now = clock()
    await shop.put("later", active_from=now + 1_000_000)
    await shop.put("over", active_to=now)
    await shop.put("future_price", prices=(Price("9.00", "USD", now + 1_000_000),))
    await shop.put("both", prices=(Price("9.00", "USD", -1), Price("90", "CREDIT", -1)))
    assert code_of(await shop.ask(caller, **form)) == code


async def test_whoever_cancels_for_another_says_why(shop: Shop) -> None:
    order = await shop.order()
    assert code_of(await shop.take(order, "cancel")) == "cancel_reason_missing"
    assert code_of(await shop.take(order, "cancel", "other")) == "request_not_found"
    assert code_of(await shop.take(order, "cancel", reason="Out of stock")) == ""
    assert (await shop.look(order)).reason == "Out of stock"
