"""Standing orders: one transfer for each day, whoever files it and however often somebody tries."""

from __future__ import annotations

import asyncio

from groat import Groat
from groat.programs.bank import BANK
from groat.programs.bank.jobs import Gateways
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from groat.store.reading import FIRST_ID
from tests.programs.bank.bank import Bank, refused

RENT = {"amount": "100.00", "asset": "USD", "user": "7", "reference": "Rent", "first": "2026-01-31"}


def gateways(bank: Bank) -> Gateways:
    return Gateways(bank.workflow, None, None)


async def transfers(bank: Bank) -> list[tuple[str, str]]:
    """The day and state of each transfer, the oldest first."""
    rows = (await bank.workflow.page(kind="transfer")).rows
    views = [await bank.workflow.view(row) for row in reversed(rows)]
    return [(view.data["on"], view.state) for view in views]


async def days(bank: Bank, count: int) -> None:
    for _ in range(count):
        await bank.pass_days(1)
        await gateways(bank).at_home()
        await bank.settle()


async def test_every_month_on_its_day(bank: Bank) -> None:
    order = await bank.file("standing_order", **RENT)
    assert (order.state, order.data["next"]) == ("active", "2026-01-31")
    await days(bank, 93)
    order = await bank.look(order)
    assert (order.state, order.data["next"], order.data["count"]) == ("active", "2026-04-30", 3)
    found = await transfers(bank)
    assert [day for day, _ in found] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    # Nobody approved the first two in time; the third still waits, and its money is held.
    assert [state for _, state in found] == ["expired", "expired", "pending"]
    assert await bank.stands("user:42") == ("1000.00", "100.00")


async def test_every_week_until_a_day(bank: Bank) -> None:
    weekly = {**RENT, "every": "week", "first": "2026-01-02", "until": "2026-01-16"}
    order = await bank.file("standing_order", **weekly)
    await days(bank, 30)
    order = await bank.look(order)
    assert (order.state, order.data["count"], order.data["next"]) == ("completed", 3, "")
    assert [day for day, _ in await transfers(bank)] == ["2026-01-02", "2026-01-09", "2026-01-16"]
    assert "Standing order completed" in await bank.told("42")


async def test_a_day_without_money_fails_and_the_order_goes_on(bank: Bank, groat: Groat) -> None:
    await bank.file("standing_order", **{**RENT, "every": "week", "first": "2026-01-02"})
    await groat.post([("user:42", "house:shop", "950", "USD")], key="spent")
    await days(bank, 2)
    await groat.post([("house:bank", "user:42", "950", "USD")], key="back")
    await days(bank, 7)
    assert await transfers(bank) == [("2026-01-02", "failed"), ("2026-01-09", "pending")]
    assert "Transfer failed" in await bank.told("42")


async def test_it_is_never_filed_twice(bank: Bank, groat: Groat) -> None:
    """Five servers find the day at once, and each tries several times."""
    order = await bank.file("standing_order", **{**RENT, "first": "2026-01-02"})
    await bank.pass_days(1)
    assert (await bank.look(order)).state == "due"
    others = [Gateways(Workflow(groat, BANK.kinds), None, None) for _ in range(5)]
    await asyncio.gather(*(each.at_home() for each in others for _ in range(3)))
    await bank.settle()
    assert await transfers(bank) == [("2026-01-02", "pending")]
    assert (await bank.look(order)).data["count"] == 1


async def test_days_that_were_missed_are_made_up_for(bank: Bank) -> None:
    await bank.file("standing_order", **{**RENT, "every": "week", "first": "2026-01-02"})
    await bank.pass_days(15)
    for _ in range(5):
        await gateways(bank).at_home()
        await bank.settle()
    assert await transfers(bank) == [
        ("2026-01-02", "pending"), ("2026-01-09", "pending"), ("2026-01-16", "pending"),
    ]  # fmt: skip


async def test_ended_is_ended(bank: Bank) -> None:
    order = await bank.file("standing_order", **{**RENT, "first": "2026-01-02"})
    assert (await bank.take(order, "end", "42")).state == "ended"
    await days(bank, 40)
    assert await transfers(bank) == []
    assert refused(await bank.try_take(order, "end", "42")) == "wrong_state"


async def test_ended_while_its_transfer_is_being_filed(bank: Bank) -> None:
    """The job found it due, and then the owner ends it: the transfer of that day is its last, and the order says so."""
    order = await bank.file("standing_order", **{**RENT, "first": "2026-01-02"})
    await bank.pass_days(1)
    (due,) = await bank.workflow.in_state("standing_order", "due")
    assert (await bank.take(order, "end", "42")).state == "ending"
    await gateways(bank)._carry_out(due)
    await gateways(bank).at_home()
    order = await bank.look(order)
    assert (order.state, order.data["count"], order.data["next"]) == ("ended", 1, "")
    await days(bank, 40)
    assert [day for day, _ in await transfers(bank)] == ["2026-01-02"]


async def test_one_that_cannot_be_filed_stops_with_the_reason(bank: Bank) -> None:
    order = await bank.file("standing_order", **{**RENT, "first": "2026-01-02"})
    await bank.pass_days(1)
    (due,) = await bank.workflow.in_state("standing_order", "due")
    due.data["user"] = "42"
    await gateways(bank)._carry_out(due)
    order = await bank.look(order)
    assert (order.state, order.reason) == ("failed", "Name somebody else's account.")
    assert (await bank.told("42"))[0] == "Standing order stopped"


async def test_to_a_saved_recipient_who_is_kept(bank: Bank) -> None:
    saved = await bank.file("beneficiary", external="DE89370400440532013000", name="Landlady")
    order = await bank.file(
        "standing_order", beneficiary=saved.id, amount="1.00", asset="USD", first="2026-01-02"
    )
    await bank.take(saved, "remove", "42")
    await days(bank, 1)
    view: RequestView = await bank.workflow.view((await bank.workflow.page(kind="transfer")).rows[0])
    assert view.data["external"] == "DE89370400440532013000"
    assert view.filed_by == "system:bank"
    assert (await bank.look(order)).data["last"] == view.id > FIRST_ID


async def test_what_cannot_be_filed(bank: Bank) -> None:
    for change, code in (
        ({"first": "2025-12-31"}, "day_wrong"),
        ({"until": "2026-01-30"}, "day_wrong"),
        ({"user": "42"}, "recipient_wrong"),
        ({"user": ""}, "recipient_missing"),
    ):
        given = {**RENT, **change}
        assert refused(await bank.try_file("standing_order", **given)) == code
