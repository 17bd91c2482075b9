"""A person is told once when few credits are left, and once when there are enough again."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from groat import Groat, InvalidInput
from groat.programs.credits.errors import CreditError
from groat.programs.credits.topups.alerts import LINE, Alerts, AlertView, SetAlert, find_alerts
from groat.programs.crossings import Crossings
from groat.store.batch import Done
from groat.store.crossings import due_crossings
from tests.helpers.money import give, new_key
from tests.programs.credits.test_warnings import told

LOW, ENOUGH = "Only {} credits left", "{} credits available again"


async def set_alert(
    groat: Groat, threshold: int | None, account: str = "user:42", asset: str = "CREDIT"
) -> AlertView:
    verdict = await groat.execute(
        SetAlert(principal="user:42", key=new_key(), account=account, asset=asset, threshold=threshold)
    )
    assert isinstance(verdict, Done)
    return msgspec.convert(verdict.extra, AlertView)


async def spend(groat: Groat, amount: str) -> None:
    await groat.post([("user:42", "house:s", amount, "CREDIT")], key=new_key())


async def test_the_owner_is_told_once_each_way(groat: Groat) -> None:
    await give(groat, "user:42", "100")
    made = await set_alert(groat, 50)
    assert (made.below, made.own, made.low) == ("50", True, False)
    jobs = [Crossings(groat, LINE, Alerts(groat, {}).act) for _ in range(2)]
    await spend(groat, "60")

    async def rounds() -> None:
        # One of them has the lease, and does the work of both.
        await asyncio.gather(*(job.round() for job in jobs))

    for _ in range(3):
        await rounds()
    await spend(groat, "5")
    await rounds()
    assert await told(groat) == [LOW.format(40)]
    await give(groat, "user:42", "65")
    await rounds()
    await spend(groat, "51")
    await rounds()
    assert await told(groat) == [LOW.format(40), ENOUGH.format(100), LOW.format(49)]
    event = msgspec.json.decode((await groat.streams.read("user:42", 0))[-1].data)
    assert event["type"] == "credit_alert_updated"
    assert (event["data"]["low"], event["notification"]["category"]) == (True, "credits")


async def test_who_was_below_for_a_moment_is_not_told(groat: Groat) -> None:
    await give(groat, "user:42", "100")
    await set_alert(groat, 50)
    job = Crossings(groat, LINE, Alerts(groat, {}).act)
    await spend(groat, "60")
    await give(groat, "user:42", "60")
    assert (await job.round(), await told(groat)) == (2, [])


async def test_a_job_that_died_after_it_told_tells_nothing_again(groat: Groat) -> None:
    await give(groat, "user:42", "100")
    await set_alert(groat, 50)
    alerts = Alerts(groat, {})
    await spend(groat, "60")
    (crossing,) = await groat.read(due_crossings, LINE, 10)
    await alerts.act(crossing)
    await alerts.act(crossing)
    await Crossings(groat, LINE, alerts.act).round()
    assert await told(groat) == [LOW.format(40)]


async def test_whoever_sets_an_alert_below_it_hears_when_it_is_over(groat: Groat) -> None:
    await give(groat, "user:42", "10")
    assert (await set_alert(groat, 50)).low
    job = Crossings(groat, LINE, Alerts(groat, {}).act)
    await give(groat, "user:42", "40")
    await job.round()
    assert await told(groat) == [ENOUGH.format(50)]
    assert (await set_alert(groat, None)).below is None
    await spend(groat, "45")
    assert await job.round() == 0


async def test_the_setting_draws_a_line_for_people_who_chose_none(groat: Groat) -> None:
    for account in ("user:42", "user:7", "user:8", "house:own"):
        await give(groat, account, "100")
    await set_alert(groat, 10, "user:7")
    await set_alert(groat, None, "user:8")
    await Alerts(groat, {"CREDIT": "50"}).draw()
    await Alerts(groat, {"CREDIT": "50", "NONE": "5"}).draw()

    async def lines() -> list[int | None]:
        found = [
            await groat.read(find_alerts, account) for account in ("user:42", "user:7", "user:8", "house:own")
        ]
        return [alert.threshold for alerts in found for alert in alerts]

    assert await lines() == [50, 10, None]
    job = Crossings(groat, LINE, Alerts(groat, {}).act)
    await spend(groat, "60")
    await job.round()
    assert await told(groat) == [LOW.format(40)]
    # Another amount moves the line, and no amount takes it away; nobody is told of that.
    await Alerts(groat, {"CREDIT": "30"}).draw()
    assert await lines() == [30, 10, None]
    await Alerts(groat, {}).draw()
    assert await lines() == [None, 10, None]
    await spend(groat, "35")
    assert (await job.round(), await told(groat)) == (0, [LOW.format(40)])


async def test_accounts_of_nobody_have_no_alert(groat: Groat) -> None:
    with pytest.raises(CreditError) as error:
        await set_alert(groat, 5, "house:s")
    assert error.value.code == "account_of_nobody"
    with pytest.raises(InvalidInput) as wrong:
        await set_alert(groat, 0)
    assert wrong.value.code == "amount_not_positive"
