"""People are told when most of a budget is used: once for each percentage and window, from whatever node."""

from __future__ import annotations

import asyncio

from groat import Groat
from groat.ledger.budgets import ALERT
from groat.programs.credits.budget_alerts import BudgetAlerts
from groat.programs.crossings import Crossings
from groat.store.crossings import due_crossings
from tests.helpers.clock import Clock
from tests.helpers.money import give, new_key
from tests.programs.credits.test_warnings import told

MOST, ALL = "80 % of the budget used", "The budget is used up"


async def spend(groat: Groat, amount: int) -> str:
    made = await groat.post([("user:42", "house:s", amount, "CREDIT")], key=new_key())
    assert made.id is not None
    return made.id


async def test_each_percentage_is_told_once_a_window(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:42", "900")
    await groat.set_budget("user:42", "CREDIT", 100, window="day", key=new_key())
    jobs = [Crossings(groat, ALERT, BudgetAlerts(groat).act) for _ in range(2)]

    async def look() -> list[str]:
        await asyncio.gather(*(job.round() for job in jobs))
        return await told(groat)

    await spend(groat, 79)
    last = await spend(groat, 1)
    assert [await look() for _ in range(2)] == [[MOST]] * 2
    # Given back and spent again in the same day: they know.
    await groat.reverse(last, key=new_key())
    await spend(groat, 1)
    assert await look() == [MOST]
    await spend(groat, 20)
    assert await look() == [MOST, ALL]
    clock.advance(86_400)
    await spend(groat, 100)
    assert sorted((await look())[2:]) == sorted([MOST, ALL])


async def test_what_was_given_back_before_anybody_looked_is_not_told(groat: Groat) -> None:
    await give(groat, "user:42", "900")
    await groat.set_budget("user:42", "CREDIT", 100, window="day", alerts=[50], key=new_key())
    made = await spend(groat, 60)
    assert len(await groat.read(due_crossings, ALERT, 10)) == 1
    await groat.reverse(made, key=new_key())
    await Crossings(groat, ALERT, BudgetAlerts(groat).act).round()
    assert await told(groat) == []
    assert await groat.read(due_crossings, ALERT, 10) == []


async def test_of_a_services_budget_admins_are_told(groat: Groat) -> None:
    await give(groat, "user:42", "900")
    await groat.set_budget("", "CREDIT", 100, of="service:agent", window="month", key=new_key())
    await groat.post([("user:42", "house:s", 80, "CREDIT")], key=new_key(), principal="service:agent")
    await Crossings(groat, ALERT, BudgetAlerts(groat).act).round()
    events = await groat.streams.read("role:admin", 0)
    assert b"80 % of the budget of service:agent used" in events[-1].data


async def test_of_a_shared_accounts_budget_its_managers_are_told_and_its_person(groat: Groat) -> None:
    await groat.post([("house:b", "team:acme", 900, "CREDIT")], key=new_key())
    for user, rights in (("boss", ["manage"]), ("7", ["spend"]), ("8", ["read"])):
        await groat.set_member("team:acme", user, rights, key=new_key())
    for of in ("", "user:7"):
        await groat.set_budget("team:acme", "CREDIT", 100, of=of, window="month", key=new_key())
    await groat.post([("team:acme", "house:s", 80, "CREDIT")], key=new_key(), actor="user:7")
    await Crossings(groat, ALERT, BudgetAlerts(groat).act).round()
    share = "80 % of the budget of user:7 used"
    assert {user: sorted(await told(groat, user)) for user in ("boss", "7", "8")} == {
        "boss": sorted([MOST, share]), "7": [share], "8": [],
    }  # fmt: skip
    assert b"budget" not in b"".join(event.data for event in await groat.streams.read("role:admin", 0))
