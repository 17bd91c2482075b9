"""Recurring credits: once for each period, in order, with what carries over; paused, resumed, ended, caught up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from groat import Groat, Refusal
from groat.programs.credits.jobs import RecurringWork
from groat.programs.credits.recurring import CATCH_UP_MAX
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.words import workflow_of
from tests.helpers.clock import Clock
from tests.helpers.money import new_key, standing

DAY_S = 86_400
# The clock begins at noon of 1 January 2026.
PLAN = {"amount": "100", "every": "day", "note": "Daily credits"}


class Plans:
    """Files plans, and lets time pass in which a server works."""

    def __init__(self, groat: Groat, clock: Clock) -> None:
        self.flow = workflow_of(groat)
        self.clock = clock
        self.work = RecurringWork(self.flow)

    async def file(self, **more: Any) -> RequestView:
        found = await self.flow.file(
            "recurring_grant", {**PLAN, **more}, user="42", key=new_key(), by="user:ada", roles=["admin"]
        )
        assert isinstance(found, RequestView), found
        return found

    async def take(self, plan: RequestView, transition: str) -> RequestView:
        found = await self.flow.take(
            "recurring_grant", plan.id, transition, {}, by="user:ada", key=new_key(), roles=["admin"]
        )
        assert isinstance(found, RequestView), found
        return found

    async def settle(self) -> None:
        while await self.flow.take_due() or await self.work.round():
            pass

    async def days(self, count: float) -> None:
        self.clock.advance(count * DAY_S)
        await self.settle()

    async def look(self, plan: RequestView) -> RequestView:
        found = await self.flow.find("recurring_grant", plan.id)
        assert found is not None
        return found


@pytest.fixture
def plans(groat: Groat, clock: Clock) -> Plans:
    return Plans(groat, clock)


async def balance(groat: Groat) -> str:
    return (await standing(groat, "user:42")).balance


async def test_each_period_is_given_once(groat: Groat, plans: Plans, clock: Clock) -> None:
    plan = await plans.file()
    await plans.settle()
    assert await balance(groat) == "100"
    await asyncio.gather(plans.settle(), Plans(groat, clock).settle())
    assert await balance(groat) == "100"
    await plans.days(1)
    assert await balance(groat) == "200"
    view = await plans.look(plan)
    assert (view.state, view.data["given"], view.data["next"]) == ("active", 2, "2026-01-03")
    entry = (await groat.entries("user:42", "CREDIT"))[0]
    assert (entry.kind, entry.reason, entry.transaction) == (
        "recurring_grant", "Daily credits", view.data["last"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rollover", "wanted"),
    [("", ["100", "170", "270"]), ("0", ["100", "100", "100"]), ("50", ["100", "150", "150"])],
)
async def test_what_carries_over(groat: Groat, plans: Plans, rollover: str, wanted: list[str]) -> None:
    await groat.post([("house:bonus", "user:42", "7", "CREDIT")], key="plain")
    await plans.file(rollover=rollover)
    await plans.settle()
    found = [await balance(groat)]
    await groat.post([("user:42", "house:sales", "30", "CREDIT")], key="spend")
    for _ in range(2):
        await plans.days(1)
        found.append(await balance(groat))
    assert [str(int(each) - 7) for each in found] == wanted
    lost = -(int(wanted[2]) - 270)
    breakage = await groat.account("house:breakage")
    assert (breakage.balances[0].balance if breakage and lost else "0") == str(lost)


async def test_what_is_held_outlives_the_period(groat: Groat, plans: Plans) -> None:
    await plans.file(rollover="0")
    await plans.settle()
    held = await groat.hold("user:42", "house:sales", "80", "CREDIT", key="hold")
    await plans.days(1)
    assert await balance(groat) == "180"
    assert held.hold is not None
    await groat.capture(held.hold.id, key="capture")
    assert await balance(groat) == "100"


async def test_paused_periods_are_not_given(groat: Groat, plans: Plans) -> None:
    plan = await plans.file()
    await plans.settle()
    await plans.take(plan, "pause")
    await plans.days(3)
    assert await balance(groat) == "100"
    await plans.take(plan, "resume")
    await plans.settle()
    assert await balance(groat) == "200"
    await plans.take(plan, "end")
    await plans.days(3)
    assert await balance(groat) == "200"
    assert (await plans.look(plan)).state == "ended"


async def test_a_long_downtime_is_caught_up_in_order_and_not_beyond_a_bound(
    groat: Groat, plans: Plans
) -> None:
    plan = await plans.file(rollover="50")
    await plans.days(3)
    entries = [each for each in await groat.entries("user:42", "CREDIT") if each.delta == "100"]
    assert len(entries) == 4
    await plans.days(100)
    entries = [each for each in await groat.entries("user:42", "CREDIT", limit=500) if each.delta == "100"]
    assert len(entries) == 4 + CATCH_UP_MAX
    view = await plans.look(plan)
    assert (view.data["given"], view.data["number"], view.data["next"]) == (16, 104, "2026-04-15")
    assert await balance(groat) == "150"


async def test_months_weeks_and_the_last_day(groat: Groat, plans: Plans, clock: Clock) -> None:
    plan = await plans.file(every="month", first="2026-01-31", until="2026-03-31")
    # To the day before each one, where nothing is given yet, and onto it.
    for given, days in enumerate((29, 27, 30)):
        await plans.days(days)
        assert len(await groat.entries("user:42", "CREDIT")) == given
        await plans.days(1)
    await plans.days(11)
    days_given = [each.recorded_at[:10] for each in await groat.entries("user:42", "CREDIT")]
    assert sorted(days_given) == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert (await plans.look(plan)).state == "completed"
    await plans.file(every="week", paid=True)
    await plans.days(15)
    assert await balance(groat) == "600"


async def test_a_refused_period_is_passed_over_and_told(groat: Groat, plans: Plans) -> None:
    plan = await plans.file()
    await groat.set_limits("user:42", "CREDIT", ceiling="150", key="limits")
    await plans.days(1)
    assert await balance(groat) == "100"
    view = await plans.look(plan)
    assert (view.state, view.data["given"], view.data["number"]) == ("active", 1, 2)
    await groat.post([("user:42", "house:sales", "100", "CREDIT")], key="spend")
    await plans.days(1)
    assert await balance(groat) == "100"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"first": "2025-12-31"}, "plan_day_wrong"),
        ({"first": "2029-01-01"}, "plan_day_wrong"),
        ({"first": "2026-02-30"}, "plan_day_wrong"),
        ({"until": "2025-12-31"}, "plan_day_wrong"),
        ({"rollover": "1.5"}, "rollover_wrong"),
        ({"rollover": "-1"}, "rollover_wrong"),
    ],
)
async def test_what_cannot_be_planned(plans: Plans, more: dict[str, str], code: str) -> None:
    found = await plans.flow.file(
        "recurring_grant", {**PLAN, **more}, user="42", key="k", by="user:ada", roles=["admin"]
    )
    assert isinstance(found, Refusal)
    assert found.code == code


async def test_nobody_plans_for_themselves(plans: Plans) -> None:
    found = await plans.flow.file("recurring_grant", PLAN, user="42", key="k", by="user:42", roles=[])
    assert isinstance(found, Refusal)
