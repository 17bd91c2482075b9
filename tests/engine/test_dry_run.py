"""A dry run has the checks and the verdict of the real thing, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from groat import AtMost, CaptureItem, Groat, GroatError, HoldItem
from groat.ledger.errors import Refused
from groat.ledger.views import BulkTransactions, TransactionView
from groat.store.batch import Published
from tests.helpers.clock import Clock
from tests.helpers.money import give, refused, standing


@pytest.fixture(autouse=True)
async def fifty(groat: Groat) -> None:
    await give(groat, "user:a", "50")


async def verdict(call: Any) -> Any:
    try:
        return await call
    except GroatError as error:
        return error.code


def without_ids(told: Any) -> Any:
    """What two runs of the same thing have in common."""
    if not isinstance(told, TransactionView | BulkTransactions):
        return told
    views = told.transactions if isinstance(told, BulkTransactions) else [told]
    for view in views:
        view.id, view.positions, view.dry_run = None, {}, msgspec.UNSET
        if view.hold:
            view.hold.id = ""
    return views


async def test_every_word_says_what_it_does_afterwards(groat: Groat, clock: Clock) -> None:
    held = await groat.hold("user:a", "house:s", "5", "CREDIT", key="held", expires_at=clock.after(60))
    given = await give(groat, "user:b", "7")
    hold = str(held.id)
    calls: dict[str, Any] = {
        "post": lambda w: w.post([("user:a", "house:s", "1", "CREDIT")], key="post", reason="Why"),
        "too much": lambda w: w.post([("user:a", "house:s", "99", "CREDIT")], key="too much"),
        "at most": lambda w: w.post([AtMost("user:a", "user:new", "9", "CREDIT")], key="most"),
        "hold": lambda w: w.hold("user:a", "house:s", "5", "CREDIT", key="hold", expires_in=60),
        "extend": lambda w: w.extend(hold, expires_in=90, key="extend"),
        "capture": lambda w: w.capture(hold, amount="2", final=False, key="capture"),
        "release": lambda w: w.release(hold, key="release"),
        "reverse": lambda w: w.reverse(str(given.id), amounts=["3"], key="reverse"),
        "set": lambda w: w.set_balance("user:b", "CREDIT", "9", key="set"),
        "limits": lambda w: w.set_limits("user:b", "CREDIT", ceiling="9", key="limits"),
        "open": lambda w: w.open_account("user:c", "USD", key="open"),
        "invalid": lambda w: w.post([("user:a", "house:s", "x", "CREDIT")], key="invalid"),
        "no asset": lambda w: w.post([("user:a", "house:s", "1", "GOLD")], key="gold"),
        "bulk": lambda w: w.bulk([HoldItem("user:a", "house:s", "5", "CREDIT"), CaptureItem(0)], key="bulk"),
    }
    for name, call in calls.items():
        tried = await verdict(call(groat.dry_run))
        if isinstance(tried, TransactionView):
            assert tried.dry_run is True, name
            assert (tried.replayed, tried.positions) == (False, {}), name
        done = await verdict(call(groat))
        assert without_ids(tried) == without_ids(done), name


async def test_it_leaves_nothing(groat: Groat) -> None:
    heard: list[Published] = []
    stop = groat.listen(heard.extend)
    before = (await groat.verify()).transactions, await groat.accounts(), await groat.audit()
    dry = groat.dry_run
    assert (await dry.post([("house:b", "user:new", "1", "USD")], key="k")).balances[1].balance == "1.00"
    await dry.set_limits("user:a", "CREDIT", ceiling="9", key="limits")
    assert (
        await refused(dry.post([("user:a", "house:s", "99", "CREDIT")], key="no"))
    ).code == "insufficient_funds"
    after = (await groat.verify()).transactions, await groat.accounts(), await groat.audit()
    assert (heard, after) == ([], before)
    stop()
    # Neither key is used: it may stand for something else, and what was refused is decided anew.
    assert not (await groat.post([("house:b", "user:z", "2", "USD")], key="k")).replayed
    await give(groat, "user:a", "60")
    assert (await groat.post([("user:a", "house:s", "99", "CREDIT")], key="no")).id


async def test_a_used_key_answers_what_stands_under_it(groat: Groat) -> None:
    legs = [("user:a", "house:s", "50", "CREDIT")]
    done = await groat.post(legs, key="k")
    again = await groat.dry_run.post(legs, key="k")
    assert (again.id, again.replayed, again.dry_run, again.positions) == (done.id, True, True, done.positions)
    assert (await refused(groat.post(legs, key="no"))).code == "insufficient_funds"
    await give(groat, "user:a", "50")
    with pytest.raises(Refused) as caught:
        await groat.dry_run.post(legs, key="no")
    assert (caught.value.code, caught.value.refusal.replayed) == ("insufficient_funds", True)
    other = [("user:a", "house:s", "1", "CREDIT")]
    assert (await refused(groat.dry_run.post(other, key="k"))).code == "key_reused"


async def test_what_is_due_is_seen_and_still_due(groat: Groat, clock: Clock) -> None:
    await groat.hold("user:a", "house:s", "50", "CREDIT", key="h", expires_at=clock.after(5))
    clock.advance(5)
    tried = await groat.dry_run.post([("user:a", "house:s", "50", "CREDIT")], key="k")
    assert tried.balances[0].balance == "0"
    await groat.expire_due()
    assert await standing(groat, "user:a") == ("50", "0", "50", 3)


async def test_independent_commands_see_those_before_them(groat: Groat) -> None:
    legs = [("user:a", "house:s", "30", "CREDIT")]
    found = await groat.dry_run.each([legs, legs, legs], key="each")
    assert [getattr(f, "code", "ok") for f in found] == ["ok", "insufficient_funds", "insufficient_funds"]


async def test_many_at_once_beside_real_ones(groat: Groat) -> None:
    def legs(n: int) -> list[tuple[str, str, str, str]]:
        return [("user:a", f"user:{n}", "1", "CREDIT")]

    calls = [w.post(legs(n), key=f"k{n}") for n in range(20) for w in (groat.dry_run, groat)]
    views = await asyncio.gather(*calls)
    assert sum(view.dry_run is True for view in views) == 20
    assert (await standing(groat, "user:a")).balance == "30"
