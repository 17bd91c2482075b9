"""Rule of "at most": each leg in its order moves the least of its amount, its source's room and its destination's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from groat import AtMost, CaptureItem, Groat, HoldItem, InvalidInput, ReleaseItem
from groat.ledger.commands import CappedPosting, Post, Posting
from tests.helpers.clock import Clock
from tests.helpers.money import give, new_key, refused, standing


def amounts(view: object) -> list[str]:
    return [posting.amount for posting in view.postings]  # type: ignore[attr-defined]


async def test_a_posting_moves_what_is_there(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    legs = [AtMost("user:a", "house:sales", "80", "CREDIT")]
    view = await groat.post(legs, key="k")
    assert (view.moved, amounts(view)) == ("50", ["50"])
    assert await standing(groat, "user:a") == ("0", "0", "0", 2)
    # The key keeps the amount that moved, whatever is there by now.
    await give(groat, "user:a", "7")
    again = await groat.post(legs, key="k")
    assert (again.replayed, again.moved, again.id) == (True, "50", view.id)
    assert (
        await refused(groat.post([("user:a", "house:sales", "80", "CREDIT")], key="k"))
    ).code == "key_reused"


async def test_nothing_is_no_refusal_and_stays_nothing(groat: Groat) -> None:
    await groat.post([("house:b", "user:a", "1.50", "USD"), ("user:a", "house:c", "1.50", "USD")], key="open")
    legs = [AtMost("user:a", "house:sales", "3", "USD")]
    view = await groat.post(legs, key="k")
    assert (view.id, view.moved, view.postings) == (None, "0.00", [])
    assert [(b.account, b.balance, b.version) for b in view.balances] == [("user:a", "0.00", 2)]
    await give(groat, "user:a", "9", "USD")
    again = await groat.post(legs, key="k")
    assert (again.id, again.moved, again.replayed) == (None, "0.00", True)
    assert (await standing(groat, "user:a", "USD")).balance == "9.00"


async def test_legs_are_decided_in_order(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    await groat.set_limits("user:b", "CREDIT", ceiling="12", key="limits")
    view = await groat.post(
        [
            ("user:a", "house:fees", "5", "CREDIT"),
            AtMost("user:a", "user:b", "20", "CREDIT"),
            AtMost("user:a", "user:b", "20", "CREDIT"),
            AtMost("user:b", "user:c", "2", "CREDIT"),
            AtMost("user:a", "user:b", "20", "CREDIT"),
            AtMost("user:a", "user:c", "99", "CREDIT"),
        ],
        key="k",
    )
    told = [(p.source, p.destination, p.amount) for p in view.postings]
    assert told == [
        ("user:a", "house:fees", "5"),
        ("user:a", "user:b", "12"),
        ("user:b", "user:c", "2"),
        ("user:a", "user:b", "2"),
        ("user:a", "user:c", "31"),
    ]
    assert view.moved == "52"
    # The legs keep the numbers that they were sent with, so that a part can be reversed.
    assert (await groat.reverse(str(view.id), amounts=["0", "0", "0", "0", "1"], key="r")).postings[
        0
    ].amount == "1"
    # A plain leg still needs all of its amount.
    legs = [AtMost("user:c", "house:x", "99", "CREDIT"), ("user:c", "house:x", "1", "CREDIT")]
    assert (await refused(groat.post(legs, key="k2"))).code == "insufficient_funds"
    assert (await standing(groat, "user:c")).balance == "32"


async def test_without_a_floor_the_whole_amount_moves(groat: Groat) -> None:
    view = await groat.post([AtMost("house:bonus", "user:a", "80", "CREDIT")], key="k")
    assert view.moved == "80"
    over = await groat.post([AtMost("user:a", "house:sales", "90", "CREDIT")], below_floor=True, key="over")
    assert (over.moved, (await standing(groat, "user:a")).balance) == ("90", "-10")
    # Below its floor there is nothing, not less than nothing.
    assert (await groat.post([AtMost("user:a", "house:sales", "1", "CREDIT")], key="none")).moved == "0"
    await groat.set_limits("user:b", "CREDIT", floor="-25", key="credit line")
    assert (await groat.post([AtMost("user:b", "house:sales", "90", "CREDIT")], key="line")).moved == "25"


async def test_several_assets_are_told_by_their_postings(groat: Groat) -> None:
    await give(groat, "user:a", "5")
    await give(groat, "user:a", "2.50", "USD")
    legs = [AtMost("user:a", "house:s", Decimal(9), asset) for asset in ("CREDIT", "USD")]
    view = await groat.post(legs, key="k")
    assert (amounts(view), view.id is not None) == (["5", "2.50"], True)
    assert not isinstance(view.moved, str)


async def test_a_hold_and_a_capture_of_at_most(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "50")
    held = await groat.hold("user:a", "house:sales", "80", "CREDIT", at_most=True, expires_in=60, key="h")
    assert held.hold
    assert (held.moved, held.hold.amount, held.hold.remaining) == ("50", "50", "50")
    none = await groat.hold("user:a", "house:sales", "1", "CREDIT", at_most=True, key="none")
    assert (none.id, none.hold, none.moved) == (None, None, "0")
    part = await groat.capture(held.hold.id, amount="20", at_most=True, final=False, key="c1")
    rest = await groat.capture(held.hold.id, amount="99", at_most=True, key="c2")
    assert (part.moved, rest.moved) == ("20", "30")
    assert (
        await refused(groat.capture(held.hold.id, amount="1", at_most=True, key="c3"))
    ).code == "hold_resolved"
    assert (await refused(groat.capture(held.hold.id, amount="99", key="c2"))).code == "key_reused"


async def test_a_hold_that_is_over_makes_room(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "50")
    await groat.hold("user:a", "house:sales", "30", "CREDIT", expires_at=clock.after(5), key="h")
    clock.advance(5)
    assert (await groat.post([AtMost("user:a", "house:sales", "99", "CREDIT")], key="k")).moved == "50"


async def test_items_of_a_bulk_that_move_nothing(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    items: list[Any] = [
        [AtMost("user:a", "house:sales", "99", "CREDIT")],
        HoldItem("user:a", "house:sales", "5", "CREDIT", at_most=True),
        [AtMost("user:a", "house:sales", "1.00", "USD")],
        HoldItem("house:x", "user:b", "5", "CREDIT", at_most=True),
        CaptureItem(3, "9", at_most=True),
    ]
    done = await groat.bulk(items, key="b")
    told = [(view.id is not None, view.moved) for view in done.transactions]
    assert told == [(True, "50"), (False, "0"), (False, "0.00"), (True, "5"), (True, "5")]
    again = await groat.bulk(items, key="b")
    assert [(view.id, view.moved) for view in again.transactions] == [
        (view.id, view.moved) for view in done.transactions
    ]
    # A hold that reserved nothing is not there to be released.
    idle: list[Any] = [HoldItem("user:a", "house:sales", "5", "CREDIT", at_most=True), ReleaseItem(0)]
    assert (await refused(groat.bulk(idle, key="idle"))).code == "hold_not_found"


def test_the_cap_is_in_the_digest_and_plain_postings_keep_theirs() -> None:
    plain = Post(principal="service:x", key="k", postings=(Posting("a", "b", 5, "CREDIT"),))
    capped = Post(principal="service:x", key="k", postings=(CappedPosting("a", "b", 5, "CREDIT"),))
    other = Post(principal="service:x", key="k", postings=(CappedPosting("a", "b", 6, "CREDIT"),))
    assert len({each.body_digest() for each in (plain, capped, other)}) == 3
    assert plain.body_digest() == "39735d7b4e502a5e2e76e6c168036364"


@pytest.mark.parametrize("amount", ["0", "-1"])
async def test_at_most_nothing_is_no_amount(groat: Groat, amount: str) -> None:
    with pytest.raises(InvalidInput):
        await groat.post([AtMost("house:b", "user:a", amount, "CREDIT")], key=new_key())
