"""A frozen path moves nothing for callers; a closing one ends what was begun, and closes by itself."""

from __future__ import annotations

from typing import Any

import pytest

from groat import Groat, InvalidInput
from tests.helpers.clock import Clock
from tests.helpers.money import give, new_key, refused, standing

IN = [("house:b", "user:a", "1", "CREDIT")]
OUT = [("user:a", "house:s", "1", "CREDIT")]


async def state_of(groat: Groat) -> str:
    found = await groat.account("user:a")
    return found.state if found and isinstance(found.state, str) else "open"


@pytest.fixture(autouse=True)
async def fifty(groat: Groat) -> None:
    await give(groat, "user:a", "50")


async def act(groat: Groat, name: Any, rest_to: str = "") -> str:
    return await groat.set_state("user:a", name, reason="Order of a court", rest_to=rest_to, key=new_key())


async def test_a_freeze_stops_callers_and_never_what_is_due(groat: Groat, clock: Clock) -> None:
    given = await give(groat, "user:a", "5")
    held = await groat.hold("user:a", "house:s", "10", "CREDIT", expires_at=clock.after(60), key="held")
    brief = await groat.hold("user:a", "house:s", "7", "CREDIT", expires_at=clock.after(5), key="brief")
    assert await act(groat, "freeze") == "frozen"
    assert await state_of(groat) == "frozen"
    calls = [
        groat.post(IN, key="in"), groat.post(OUT, key="out"), groat.capture(str(held.id), key="c"),
        groat.release(str(held.id), key="r"), groat.extend(str(held.id), expires_in=900, key="e"),
        groat.reverse(str(given.id), key="rev"), groat.set_balance("user:a", "CREDIT", "1", key="set"),
        groat.hold("user:a", "house:s", "1", "CREDIT", key="h"),
        # An asset that comes later is frozen, too.
        groat.post([("house:b", "user:a", "1", "USD")], key="usd"),
    ]  # fmt: skip
    for call in calls:
        refusal = await refused(call)
        assert (refusal.code, refusal.retryable_with_new_key) == ("account_frozen", True)
    clock.advance(5)
    await groat.expire_due()
    assert await standing(groat, "user:a") == ("55", "10", "45", 5)
    assert (await groat.held(str(brief.id))).state == "expired"  # type: ignore[union-attr]
    assert (await refused(act(groat, "freeze"))).code == "wrong_account_state"
    assert await act(groat, "unfreeze") == "open"
    await groat.capture(str(held.id), key="c2")
    await groat.post([("house:b", "user:a", "1", "USD")], key="usd2")
    entries = await groat.audit(target="user:a")
    kinds = [(e.kind, e.before, e.after, e.reason) for e in entries if e.kind.endswith("freeze_account")]
    assert kinds == [
        ("unfreeze_account", {"state": "frozen"}, {"state": "open"}, "Order of a court"),
        ("freeze_account", {"state": "open"}, {"state": "frozen"}, "Order of a court"),
    ]


async def test_closing_ends_what_was_begun_and_then_by_itself(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "2.50", "USD")
    spent = await groat.post([("user:a", "house:s", "5", "CREDIT")], key="spent")
    held = await groat.hold("user:a", "house:s", "10", "CREDIT", key="held")
    assert await act(groat, "close", "house:unclaimed") == "closing"
    for call in (
        groat.post(IN, key="in"),
        groat.post(OUT, key="out"),
        groat.hold("user:a", "house:s", "1", "CREDIT", key="h"),
    ):
        assert (await refused(call)).code == "account_closing"
    await groat.close_accounts()
    assert await state_of(groat) == "closing"
    await groat.reverse(str(spent.id), key="rev")
    await groat.capture(str(held.id), amount="4", key="c")
    await groat.close_accounts()
    assert await state_of(groat) == "closed"
    # The audit log tells where the rest was to go, and went.
    entries = await groat.audit(target="user:a")
    rest = [(e.kind, e.before, e.after) for e in entries if e.after and "state" in e.after]
    assert rest == [
        (
            "finish_account",
            {"state": "closing", "rest_to": "house:unclaimed"},
            {"state": "closed", "rest_to": "house:unclaimed"},
        ),
        ("close_account", {"state": "open"}, {"state": "closing", "rest_to": "house:unclaimed"}),
    ]
    assert (await standing(groat, "house:unclaimed")).balance == "46"
    assert (await standing(groat, "house:unclaimed", "USD")).balance == "2.50"
    assert (await refused(groat.post(IN, key="in2"))).code == "account_closed"
    assert await act(groat, "reopen") == "open"
    await groat.post(IN, key="in3")


async def test_what_holds_nothing_is_closed_at_once_and_debts_are_paid(groat: Groat) -> None:
    await groat.set_balance("user:a", "CREDIT", "-5", below_floor=True, key="debt")
    assert await act(groat, "close", "house:losses") == "closed"
    assert (await standing(groat, "house:losses")).balance == "-5"
    assert (await standing(groat, "user:a")).balance == "0"


async def test_the_rest_waits_for_an_account_that_can_take_it(groat: Groat) -> None:
    await groat.set_limits("user:b", "CREDIT", ceiling="10", key="limits")
    assert await act(groat, "close", "user:b") == "closing"
    await groat.set_limits("user:b", "CREDIT", ceiling=None, key="limits2")
    assert await act(groat, "reopen") == "open"
    assert await act(groat, "close", "user:b") == "closed"
    assert (await standing(groat, "user:b")).balance == "50"


@pytest.mark.parametrize("given", [{"reason": ""}, {"rest_to": ""}, {"rest_to": "user:a"}])
async def test_a_state_needs_a_reason_and_a_place_for_the_rest(groat: Groat, given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        await groat.set_state("user:a", "close", key="k", **{"reason": "Why", "rest_to": "house:x", **given})


async def test_a_path_is_frozen_before_its_first_account(groat: Groat) -> None:
    await groat.set_state("user:new", "freeze", reason="Suspicious", key="f")
    assert (
        await refused(groat.post([("house:b", "user:new", "1", "CREDIT")], key="k"))
    ).code == "account_frozen"
