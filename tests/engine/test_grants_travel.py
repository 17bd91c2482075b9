"""The setting ``grants_travel``: grants of the other classes may be spent, but not passed on to other people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from groat import AtMost, Groat, HoldItem
from groat.engine.items import PostItem
from groat.ledger.views import TransactionView
from groat.settings import Settings
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import refused, standing


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger where only paid grants travel; user:a has 20 promotional, 10 paid and 5 that are no grant."""
    database.prepare()
    policy = Settings(grants_travel=("paid",)).policy()
    async with Groat.open(database.url, store=database.store(clock), policy=policy) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.grant("user:a", 20, "CREDIT", key="promotional", priority=1)
        await groat.grant("user:a", 10, "CREDIT", key="paid", cls="paid", priority=2)
        await groat.post([("house:bank", "user:a", 5, "CREDIT")], key="plain")
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


def classes(view: TransactionView) -> list[tuple[str, str, str, str]]:
    return [(each.account, each.class_, each.amount, each.held) for each in view.grants or []]


async def test_what_may_travel_pays_and_the_rest_stays(groat: Groat) -> None:
    refusal = await refused(groat.post([("user:a", "user:b", 16, "CREDIT")], key="more"))
    assert (refusal.code, refusal.fields["available"], refusal.fields["not_passed_on"]) == (
        "insufficient_funds", "15", "20",
    )  # fmt: skip
    sent = await groat.post([("user:a", "user:b", 15, "CREDIT")], key="all")
    assert classes(sent) == [("user:a", "paid", "-10", "0"), ("user:b", "paid", "10", "0")]
    assert (await refused(groat.post([("user:a", "user:b", 1, "CREDIT")], key="one"))).fields[
        "available"
    ] == "0"
    # It pays whoever is no person, and what came back from a person goes on.
    spent = await groat.post([("user:a", "house:shop", 20, "CREDIT")], key="shop")
    assert classes(spent) == [("user:a", "promotional", "-20", "0")]
    await groat.post([("user:b", "user:c", 15, "CREDIT")], key="on")
    assert (await standing(groat, "user:c")).balance == "15"


async def test_a_hold_for_a_person_reserves_what_may_travel(groat: Groat) -> None:
    assert (
        await refused(groat.hold("user:a", "user:b", 16, "CREDIT", key="more"))
    ).code == "insufficient_funds"
    hold = await groat.hold("user:a", "user:b", 12, "CREDIT", key="hold")
    assert classes(hold) == [("user:a", "paid", "0", "10")]
    got = await groat.capture(str(hold.id), amount=11, key="capture")
    assert classes(got) == [("user:a", "paid", "-10", "-10"), ("user:b", "paid", "10", "0")]
    # By a reversal it goes back to the grant, though that does not mean to pass it on.
    back = await groat.reverse(str(got.id), key="back")
    assert classes(back) == [("user:b", "paid", "-10", "0"), ("user:a", "paid", "10", "0")]


async def test_a_bulk_counts_what_its_items_before_have_passed_on(groat: Groat) -> None:
    items = [PostItem([("user:a", f"user:{who}", 8, "CREDIT")]) for who in "bc"]
    refusal = await refused(groat.bulk(items, key="both"))
    assert (refusal.code, refusal.fields["index"], refusal.fields["available"]) == (
        "insufficient_funds",
        "1",
        "7",
    )
    assert (await standing(groat, "user:b")).balance == "0"


async def test_at_most_is_what_may_be_passed_on(groat: Groat) -> None:
    sent = await groat.post([AtMost("user:a", "user:b", 99, "CREDIT")], key="all")
    assert (sent.moved, (await standing(groat, "user:a")).available) == ("15", "20")
    nothing = await groat.post([AtMost("user:a", "user:b", 99, "CREDIT")], key="no more")
    assert (nothing.id, nothing.moved) == (None, "0")
    # To a shop all of it goes. There the promotional ones pay first, which leaves as much to be passed on as before.
    await groat.grant("user:a", 10, "CREDIT", key="more", cls="paid", priority=2)
    legs = [
        AtMost("user:a", "house:shop", 12, "CREDIT"),
        AtMost("user:a", "user:b", 7, "CREDIT"),
        AtMost("user:a", "user:c", 7, "CREDIT"),
        AtMost("user:a", "house:shop", 99, "CREDIT"),
    ]
    split = await groat.post(legs, key="split")
    assert [posting.amount for posting in split.postings] == ["12", "7", "3", "8"]
    held = await groat.bulk([HoldItem("user:c", "user:b", 99, "CREDIT", at_most=True)], key="hold")
    assert [each.hold.amount for each in held.transactions if each.hold] == ["3"]


async def test_nothing_that_is_a_grant_travels_where_no_class_may(database: Database, clock: Clock) -> None:
    database.prepare()
    policy = Settings(grants_travel=()).policy()
    async with Groat.open(database.url, store=database.store(clock), policy=policy) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.grant("user:a", 10, "CREDIT", key="paid", cls="paid")
        await groat.post([("house:bank", "user:a", 5, "CREDIT")], key="plain")
        sent = await groat.post([("user:a", "user:b", 5, "CREDIT")], key="sent")
        assert not sent.grants
        refusal = await refused(groat.post([("user:a", "user:b", 1, "CREDIT")], key="one"))
        assert refusal.fields["not_passed_on"] == "10"
        # The right to go below a floor is none to pass on what may not travel.
        refusal = await refused(groat.post([("user:a", "user:b", 1, "CREDIT")], key="two", below_floor=True))
        assert refusal.fields["not_passed_on"] == "10"
