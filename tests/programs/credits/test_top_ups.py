"""An automatic top-up files one order below its line, within its limits, whatever fails or races."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from groat import Groat, Refusal
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.money import give, new_key
from tests.programs.credits.test_warnings import told
from tests.programs.credits.topping import Topping


@pytest.fixture
async def top(groat: Groat) -> Topping:
    top = Topping(groat)
    await top.shop.put()
    await give(groat, "user:42", "100")
    return top


# A word is a step, then what the rule's state, the balance and the month's orders and spending are. "spend" takes 60 of
# the balance, "pay" and "fail" are the door's answers, "hour", "month" and "timeout" let time pass.
STORIES = """
spend:ordering:40:1:9.00 pay:resting:540:1:9.00 hour:on:540:1:9.00
spend:ordering:40:1:9.00 pay:resting:540:1:9.00 drain:resting:20:1:9.00 hour:ordering:20:2:18.00
spend:ordering:40:1:9.00 fail:resting:40:0:0.00 hour:ordering:40:1:9.00 pay:resting:540:1:9.00
spend:ordering:40:1:9.00 fail:resting:40:0:0.00 hour:ordering:40:1:9.00 fail:stopped:40:0:0.00
    hour:stopped:40:0:0.00 resume:ordering:40:1:9.00
spend:ordering:40:1:9.00 timeout:resting:40:0:0.00 hour:ordering:40:1:9.00
spend:ordering:40:1:9.00 timeout:resting:40:0:0.00 late:resting:540:0:0.00 hour:on:540:0:0.00
spend:ordering:40:1:9.00 pay:resting:540:1:9.00 drain:resting:20:1:9.00 hour:ordering:20:2:18.00
    pay:resting:520:2:18.00 drain:resting:20:2:18.00 hour:capped:20:2:18.00 month:ordering:20:1:9.00
spend:ordering:40:1:9.00 pause:ordering:40:1:9.00 pay:paused:540:1:9.00 drain:paused:20:1:9.00
    hour:paused:20:1:9.00 resume:ordering:20:2:18.00
spend:ordering:40:1:9.00 end:ordering:40:1:9.00 pay:ended:540:1:9.00
pause:paused:100:0:0 spend:paused:40:0:0 give:paused:100:0:0 resume:on:100:0:0
spend:ordering:40:1:9.00 cancel:resting:40:0:0.00
unsell:on:100:0:0 spend:resting:40:0:0 sell:resting:40:0:0 hour:ordering:40:1:9.00
"""


@pytest.mark.parametrize("story", STORIES.strip().replace("\n    ", " ").splitlines())
async def test_a_rule_goes_through_its_states(top: Topping, clock: Clock, story: str) -> None:
    assert isinstance(await top.set_up(month_orders=2, failures_max=2), RequestView)
    await top.work()
    assert (await top.look()).state == "on"
    first = ""
    for word in story.split():
        step, *wanted = word.split(":")
        match step:
            case "spend":
                await top.spend("60")
            case "drain":
                await top.spend(str(int(await top.shop.balance()) - 20))
            case "give":
                await give(top.groat, "user:42", "60")
            case "pay" | "fail":
                first = first or (await top.look()).data["order"]
                assert await top.pay("succeeded" if step == "pay" else "failed") in ("fulfilled", "failed")
            case "late":
                assert await top.shop.hear("late", first) == "fulfilled"
            case "hour":
                clock.advance(3_600)
            case "timeout":
                first = (await top.look()).data["order"]
                clock.advance(601)
            case "month":
                clock.advance(31 * 86_400)
            case "cancel":
                await top.shop.take((await top.orders())[-1], "cancel", reason="No")
            case "unsell" | "sell":
                await top.shop.put(active_to=None if step == "sell" else clock() - 1, active_from=1)
            case _:
                assert isinstance(await top.take(step), RequestView)
        await top.work()
        rule = await top.look()
        data: Any = rule.data
        found = [rule.state, await top.shop.balance(), str(data["orders"]), data["spent"]]
        assert found == wanted, (word, rule)
        assert bool(data["order"]) == (rule.state == "ordering")
        assert len(await top.orders("pending")) == (rule.state == "ordering")


async def test_a_hundred_spends_at_once_file_one_order(groat: Groat, top: Topping) -> None:
    top = Topping(groat, nodes=2)
    await top.set_up(month_orders=1_000, cooldown_min=0)
    await top.work()
    for number in range(1, 4):
        await give(groat, "user:42", str(100 - int(await top.shop.balance()) + 49))
        spends = [top.spend("1") for _ in range(100)]
        await asyncio.gather(*spends, *(node.round() for node in top.nodes * 3))
        await asyncio.gather(*(node.round() for node in top.nodes * 3))
        assert len(await top.orders()) == len(await top.charges()) == number
        assert await top.pay() == "fulfilled"
        await top.work()
        await groat.set_balance("user:42", "CREDIT", "60", key=new_key())
        await top.work()


async def test_the_owner_and_staff_set_rules_up_one_for_each_account_and_asset(
    groat: Groat, top: Topping
) -> None:
    refused = await top.set_up("other")
    assert isinstance(refused, Refusal)
    assert refused.code == "not_allowed"
    assert isinstance(await top.set_up("ada"), RequestView)
    for caller in ("ada", "buyer", "shop"):
        again = await top.set_up(caller)
        assert isinstance(again, Refusal)
        assert (again.code, again.fields) == ("top_up_exists", {"request": top.rule})
    assert isinstance(await top.set_up("buyer", asset="USD", below="5.00"), RequestView)
    assert isinstance(await top.take("end", "ada"), RequestView)
    assert isinstance(await top.set_up("buyer", asset="USD", below="5.00"), RequestView)
    stranger = await top.take("end", "other")
    assert isinstance(stranger, Refusal)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"below": "0"}, "line_wrong"),
        ({"below": "1.5"}, "line_wrong"),
        ({"below": "5", "asset": "NONE"}, "line_wrong"),
        ({"zone": "Mars/Base"}, "zone_wrong"),
        ({"zone": "../../etc/passwd"}, "zone_wrong"),
        ({"month_amount": "5"}, "month_amount_wrong"),
        ({"month_amount": "-5", "currency": "USD"}, "month_amount_wrong"),
        ({"month_amount": "9.001", "currency": "USD"}, "month_amount_wrong"),
    ],
)
async def test_what_a_rule_cannot_be(top: Topping, terms: dict[str, Any], code: str) -> None:
    refused = await top.set_up(**terms)
    assert isinstance(refused, Refusal)
    assert refused.code == code


async def test_a_change_holds_from_then_on_and_moves_the_line(top: Topping) -> None:
    await top.set_up(month_amount="20.00", currency="USD")
    await top.work()
    assert isinstance(await top.take("change", below="200", package="starter", cooldown_min=0), RequestView)
    await top.work()
    assert (await top.look()).state == "ordering"
    # An order in flight goes on by the terms that it was filed by.
    assert isinstance(await top.take("change", below="10", package="other"), RequestView)
    assert await top.pay() == "fulfilled"
    await top.work()
    rule = await top.look()
    assert (rule.state, rule.data["below"], rule.data["orders"]) == ("resting", "10", 1)


async def test_a_month_ends_in_the_zone_of_the_rule(top: Topping, clock: Clock) -> None:
    # It is noon of the 30th of January 2026 in UTC. February begins in Kiritimati 22 hours later.
    clock.advance(29 * 86_400)
    await top.set_up(month_orders=1, cooldown_min=0, zone="Pacific/Kiritimati")
    await top.work()
    await top.spend("60")
    await top.work()
    assert await top.pay() == "fulfilled"
    await top.spend("520")
    await top.work()
    rule = await top.look()
    assert (rule.state, rule.due_at) == ("capped", "2026-01-31T10:00:00.000000Z")
    clock.advance(22 * 3_600)
    await top.work()
    assert (await top.look()).state == "ordering"


async def test_the_owner_hears_of_limits_and_failures(top: Topping) -> None:
    await top.set_up(failures_max=1)
    await top.work()
    await top.spend("60")
    await top.work()
    assert await top.pay("failed") == "failed"
    await top.work()
    assert (await told(top.groat))[-2:] == ["Payment failed", "Automatic top-up has stopped"]


async def test_an_account_that_is_frozen_meanwhile_is_not_topped_up(top: Topping) -> None:
    await top.set_up()
    await top.work()
    await top.spend("60")
    await top.groat.set_state("user:42", "freeze", reason="Court", key=new_key())
    await top.work()
    rule = await top.look()
    assert (rule.state, rule.data["failures"], await top.orders()) == ("resting", 1, [])
