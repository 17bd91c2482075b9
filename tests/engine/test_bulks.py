"""Bulks of every kind of item: all or none, or each with a verdict of its own; and the digests of their keys."""

from __future__ import annotations

from typing import Any

import pytest

from groat import (
    CaptureItem,
    ExtendItem,
    Groat,
    HoldItem,
    InvalidInput,
    PostItem,
    Refusal,
    ReleaseItem,
    ReverseItem,
)
from groat.engine import items as bulk_items
from groat.ledger.amounts import Asset
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release
from groat.ledger.reversing import Reverse
from groat.ledger.views import TransactionView
from tests.helpers.clock import Clock
from tests.helpers.money import give, refused, standing

ID = "00000000-0000-7000-8000-000000000000"
ORDER = HoldItem("user:a", "house:sales", "20", "CREDIT", expires_in=60)


@pytest.fixture(autouse=True)
async def fifty(groat: Groat) -> None:
    await give(groat, "user:a", "50")


async def test_a_hold_is_made_and_resolved_in_one_bulk(groat: Groat) -> None:
    items: list[Any] = [
        [("house:bonus", "user:a", "1", "CREDIT")],
        ORDER,
        CaptureItem(1, "15", final=False, reason="Most of it"),
        ExtendItem(1, expires_in=90),
        ReleaseItem(1),
        PostItem([("user:a", "house:fees", "2", "CREDIT")], metadata={"n": 1}),
    ]
    done = await groat.bulk(items, key="b", reason="Order")
    views = done.transactions
    assert [v.kind for v in views] == ["post", "hold", "capture", "extend", "release", "post"]
    assert [v.reason for v in views] == ["Order", "Order", "Most of it", "Order", "Order", "Order"]
    assert [v.hold.state if v.hold else "" for v in views] == ["", "open", "open", "open", "released", ""]
    assert [v.key for v in views] == ["b"] * 6
    assert await standing(groat, "user:a") == ("34", "0", "34", 7)
    again = await groat.bulk(items, key="b", reason="Order")
    assert again.replayed
    for view in again.transactions:
        view.replayed = False
    assert again.transactions == views


async def test_all_or_nothing_and_the_place_of_what_was_refused(groat: Groat, clock: Clock) -> None:
    held = await groat.bulk([ORDER], key="h")
    hold = str(held.transactions[0].id)
    before = await standing(groat, "user:a")
    for last, code in (
        (CaptureItem(hold, "21"), "exceeds_hold"),
        (CaptureItem(1, "21"), "exceeds_hold"),
        (CaptureItem(ID), "hold_not_found"),
        (CaptureItem(ID, "1"), "hold_not_found"),
        (ReverseItem(ID), "transaction_not_found"),
        (HoldItem("user:a", "house:sales", "11", "CREDIT"), "insufficient_funds"),
        (ExtendItem(1, expires_at=clock.after(-1)), "expires_in_past"),
    ):
        refusal = await refused(
            groat.bulk([CaptureItem(hold, "1", final=False), ORDER, last], key=f"{code} {last}"[:200])
        )
        assert (refusal.code, refusal.fields["index"]) == (code, "2")
    refusal = await refused(groat.bulk([ReleaseItem(hold), CaptureItem(hold)], key="twice"))
    assert (refusal.code, refusal.fields["index"]) == ("hold_resolved", "1")
    assert await standing(groat, "user:a") == before
    found = await groat.held(hold)
    assert found
    assert found.remaining == "20"


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([CaptureItem(0)], "invalid_item"),
        ([ORDER, CaptureItem(2), ORDER], "invalid_item"),
        ([[("house:b", "user:a", "1", "CREDIT")], ReleaseItem(0)], "invalid_item"),
        ([[("house:b", "user:a", "1", "CREDIT")], CaptureItem(0, "1")], "invalid_item"),
        ([ORDER, CaptureItem(-1)], "invalid_item"),
        ([ORDER, ReleaseItem("nothing")], "invalid_id"),
        ([ORDER, CaptureItem(0, "x")], "invalid_amount"),
        ([ORDER, ExtendItem(0)], "invalid_time"),
        ([], "no_items"),
    ],
)
async def test_items_that_are_none(groat: Groat, items: list[Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await groat.bulk(items, key="b")
    assert caught.value.code == code
    assert await standing(groat, "user:a") == ("50", "0", "50", 1)


async def test_many_are_reversed_at_once_with_amounts(groat: Groat) -> None:
    legs = [("house:b", "user:a", "5", "CREDIT"), ("house:b", "user:b", "2.50", "USD")]
    first = await groat.post(legs, key="1")
    second = await groat.post([("house:b", "user:b", "7", "CREDIT")], key="2")
    part = ReverseItem(str(first.id), ["4", "0.50"])
    done = await groat.bulk([part, ReverseItem(str(second.id)), part.__class__(str(first.id))], key="undo")
    assert [[p.amount for p in v.postings] for v in done.transactions] == [
        ["4", "0.50"],
        ["7"],
        ["1", "2.00"],
    ]
    assert await standing(groat, "user:b", "USD") == ("0.00", "0.00", "0.00", 3)
    refusal = await refused(groat.bulk([ReverseItem(str(second.id))], key="again"))
    assert refusal.code == "exceeds_transaction"


async def test_independent_items_have_verdicts_of_their_own(groat: Groat) -> None:
    given = [(await give(groat, f"user:{n}", "5")).id for n in range(3)]
    await groat.post([("user:1", "house:sales", "5", "CREDIT")], key="spent")
    items = [ReverseItem(str(id)) for id in given]
    found = await groat.each([*items, CaptureItem(0), ORDER, ReverseItem("x")], key="undo")
    told = [f.code if isinstance(f, Refusal | InvalidInput) else f.kind for f in found]
    assert told == ["reverse", "insufficient_funds", "reverse", "invalid_item", "hold", "invalid_id"]
    again = await groat.each([*items, CaptureItem(0), ORDER, ReverseItem("x")], key="undo")
    assert [f.replayed for f in again if isinstance(f, Refusal | TransactionView)] == [True] * 4
    assert (await standing(groat, "user:2")).balance == "0"


async def test_reversals_of_more_postings_than_a_bulk_has_are_refused(
    groat: Groat, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = await groat.post([("house:b", f"user:{n}", "1", "CREDIT") for n in range(6)], key="wide")
    narrow = await give(groat, "user:z", "1")
    monkeypatch.setattr(bulk_items, "BULK_POSTINGS_MAX", 6)
    with pytest.raises(InvalidInput, match="too_many_items"):
        await groat.bulk([ReverseItem(str(wide.id)), ReverseItem(str(narrow.id))], key="b")
    assert len((await groat.bulk([ReverseItem(str(wide.id))], key="b")).transactions[0].postings) == 6


def test_keys_of_before_keep_their_digests() -> None:
    posting = Posting("house:b", "user:a", 5, "CREDIT")
    common: dict[str, Any] = {"principal": "service:x", "key": "k"}
    told = Post(**common, postings=(posting,), reason="one", metadata={"a": 1}, effective_at=7)
    commands: dict[str, Command] = {
        "934b11d862322fb177dc0c313ca34f7d": Bulk(
            **common, reason="r", items=(told, Post(**common, postings=(posting, posting), below_floor=True))
        ),
        "81020b22a01a72013ed49a3c37a9bbc5": Capture(**common, hold=ID, amount=3),
        "fa3482ff84a9f277a5fe1f4abd562fd7": Release(**common, hold=ID),
        "df819bc839454bf6e95fa323508bb587": Reverse(**common, transaction=ID, amounts=(1, None)),
        "55f9fb31c4815187dff42cad5c6058ce": Hold(
            **common, source="user:a", destination="house:b", amount=5, asset="CREDIT", lasts=9
        ),
    }
    for digest, command in commands.items():
        command.check({"CREDIT": Asset("CREDIT", 0)})
        assert command.body_digest() == digest
