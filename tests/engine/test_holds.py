"""Rule 5: what is pending is the sum of open holds; a hold resolves once, and expires on time."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from groat import Groat, InvalidInput
from groat.ledger.commands import Hold
from groat.ledger.errors import Refused
from groat.ledger.views import HoldView, TransactionView
from groat.store.batch import Done
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, new_key, refused, standing
from tests.live.waiting import until


def held(view: TransactionView) -> HoldView:
    assert view.hold
    return view.hold


async def make(groat: Groat, amount: str = "20", expires_at: object = None) -> HoldView:
    return held(
        await groat.hold(
            "user:a",
            "house:sales",
            amount,
            "CREDIT",
            key=new_key(),
            expires_at=expires_at,  # type: ignore[arg-type]
        )
    )


@pytest.fixture(autouse=True)
async def fifty(groat: Groat) -> None:
    await give(groat, "user:a", "50")


async def test_a_hold_reserves(groat: Groat, clock: Clock) -> None:
    view = await groat.hold("user:a", "house:sales", "20", "CREDIT", key="h", expires_at=clock.after(60))
    assert held(view) == HoldView(
        id=str(view.id),
        source="user:a",
        destination="house:sales",
        asset="CREDIT",
        amount="20",
        captured="0",
        released="0",
        remaining="20",
        state="open",
        expires_at="2026-01-01T12:01:00.000000Z",
        created_at="2026-01-01T12:00:00.000000Z",
    )
    assert await groat.held(str(view.id)) == held(view)
    assert await standing(groat, "user:a") == ("50", "20", "30", 2)


async def test_capture_whole(groat: Groat) -> None:
    hold = await make(groat)
    view = await groat.capture(hold.id, key="c")
    assert (held(view).state, held(view).captured, held(view).remaining) == ("captured", "20", "0")
    assert [(p.source, p.destination, p.amount) for p in view.postings] == [("user:a", "house:sales", "20")]
    assert await standing(groat, "user:a") == ("30", "0", "30", 3)
    assert (await standing(groat, "house:sales")).balance == "20"


async def test_capture_of_a_part_releases_the_rest(groat: Groat) -> None:
    hold = await make(groat)
    view = await groat.capture(hold.id, amount="12", key="c")
    assert (held(view).state, held(view).captured, held(view).released) == ("captured", "12", "8")
    assert await standing(groat, "user:a") == ("38", "0", "38", 3)


async def test_capture_in_several_parts(groat: Groat) -> None:
    hold = await make(groat)
    first = await groat.capture(hold.id, amount="5", final=False, key="c1")
    assert (held(first).state, held(first).remaining) == ("open", "15")
    assert await standing(groat, "user:a") == ("45", "15", "30", 3)
    await groat.capture(hold.id, amount="14", final=False, key="c2")
    last = await groat.capture(hold.id, amount="1", final=False, key="c3")
    assert (held(last).state, held(last).captured, held(last).released) == ("captured", "20", "0")
    assert (await refused(groat.capture(hold.id, key="c4"))).fields["state"] == "captured"
    assert await standing(groat, "user:a") == ("30", "0", "30", 5)


async def test_release_after_a_part_gives_back_the_rest(groat: Groat) -> None:
    hold = await make(groat)
    await groat.capture(hold.id, amount="5", final=False, key="c")
    view = await groat.release(hold.id, key="r")
    assert (held(view).state, held(view).captured, held(view).released) == ("released", "5", "15")
    assert await standing(groat, "user:a") == ("45", "0", "45", 4)


async def test_a_hold_resolves_once_however_many_try(groat: Groat) -> None:
    hold = await make(groat)
    calls = [groat.capture(hold.id, key=f"c{n}") for n in range(5)] + [
        groat.release(hold.id, key=f"r{n}") for n in range(5)
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, TransactionView) for outcome in outcomes) == 1
    assert {str(o).partition(":")[0] for o in outcomes if isinstance(o, Exception)} == {"hold_resolved"}


async def test_a_part_never_exceeds_what_is_left_however_many_try(groat: Groat) -> None:
    hold = await make(groat)
    calls = [groat.capture(hold.id, amount="6", final=False, key=f"c{n}") for n in range(5)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, TransactionView) for outcome in outcomes) == 3
    assert await standing(groat, "user:a") == ("32", "2", "30", 5)


async def test_a_hold_lives_until_its_moment(groat: Groat, clock: Clock) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    clock.advance(59.999999)
    assert (
        await refused(groat.post([("user:a", "user:b", "31", "CREDIT")], key="1"))
    ).code == "insufficient_funds"
    clock.advance(0.000001)
    assert (await refused(groat.capture(hold.id, key="2"))).code == "hold_expired"
    view = await groat.held(hold.id)
    assert view
    assert (view.state, view.released, view.remaining) == ("expired", "20", "0")


async def test_a_stale_hold_causes_no_refusal(groat: Groat, clock: Clock) -> None:
    await make(groat, "50", expires_at=clock.after(60))
    clock.advance(60)
    await groat.post([("user:a", "house:sales", "50", "CREDIT")], key="spend")
    assert await standing(groat, "user:a") == ("0", "0", "0", 4)


async def test_expiry_is_a_transaction_of_the_ledger_itself(groat: Groat, clock: Clock) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    await groat.capture(hold.id, amount="5", final=False, key="c")
    clock.advance(61)
    # Whoever spends from the account next expires it first.
    await groat.post([("user:a", "user:b", "1", "CREDIT")], key="p")
    (_, entry, *_) = await groat.entries("user:a", "CREDIT")
    assert (entry.kind, entry.delta, entry.held_delta, entry.hold) == ("expire", "0", "-15", hold.id)
    assert (entry.actor, entry.at) == ("system:expiry", "2026-01-01T12:01:01.000000Z")
    view = await groat.transaction(entry.transaction)
    assert view
    assert (held(view).captured, held(view).released, held(view).state) == ("5", "15", "expired")


async def test_the_timer_expires_when_nobody_writes_and_the_owner_is_told(groat: Groat, clock: Clock) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    events: list[dict[str, object]] = []
    groat.listen(
        lambda published: events.extend(msgspec.json.decode(e) for p in published for e in p.events or ())
    )
    clock.advance(60)
    await until(lambda: events)
    (event,) = events
    assert (event["kind"], event["hold"]) == ("expire", hold.id)
    assert event["changes"] == [
        {"account": "user:a", "asset": "CREDIT", "delta": "0", "balance": "50", "available": "50", "held": "0",
         "version": 3}
    ]  # fmt: skip


async def test_of_many_due_holds_each_is_expired_and_none_is_captured(groat: Groat, clock: Clock) -> None:
    # More are due than one batch takes at random: those that its commands name or meet must be among them all the same.
    await give(groat, "house:pool", "5000")
    await groat.execute_many(
        [
            Hold(
                principal="service:test",
                key=new_key(),
                source="house:pool",
                destination="house:sales",
                amount=1,
                asset="CREDIT",
                expires_at=clock() + 1_000_000 + n,
            )
            for n in range(1_200)
        ]
    )
    first = await give(groat, "user:b", "10")
    late = held(
        await groat.hold("user:b", "house:sales", "10", "CREDIT", key="late", expires_at=clock.after(10))
    )
    other = await make(groat, expires_at=clock.after(10))
    clock.advance(60)
    outcomes = await asyncio.gather(
        groat.capture(other.id, key="c"), groat.reverse(str(first.id), key="r"), return_exceptions=True
    )
    assert "hold_expired" in str(outcomes[0])
    assert isinstance(outcomes[1], TransactionView), outcomes[1]
    view = await groat.held(late.id)
    assert view
    assert view.state == "expired"


async def test_a_hold_for_a_while_is_the_same_request_later(groat: Groat, clock: Clock) -> None:
    def command() -> Hold:
        return Hold(
            principal="service:x",
            key="k",
            source="user:a",
            destination="house:s",
            amount=5,
            asset="CREDIT",
            lasts=60_000_000,
        )

    first = await groat.execute(command())
    clock.advance(59)
    again = await groat.execute(command())
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (again.replayed, again.transactions[0].id) == (True, first.transactions[0].id)
    assert held(again.view()).expires_at == held(first.view()).expires_at == "2026-01-01T12:01:00.000000Z"
    clock.advance(1)
    assert (await refused(groat.capture(first.transactions[0].id, key="c"))).code == "hold_expired"


async def test_a_clock_set_back_brings_no_hold_back(groat: Groat, clock: Clock, database: Database) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    clock.advance(60)
    await groat.post([("user:a", "user:b", "1", "CREDIT")], key="p")
    clock.advance(-3600)
    assert (await refused(groat.capture(hold.id, key="c"))).code == "hold_expired"
    view = await give(groat, "user:b", "1")
    # Time never runs backwards in the books.
    assert view.recorded_at == "2026-01-01T12:01:00.000000Z"
    ats = [at for (at,) in database.rows("SELECT at FROM groat_batch ORDER BY id")]
    assert ats == sorted(ats)


async def test_holds_in_one_batch_see_each_other(groat: Groat) -> None:
    calls = [groat.hold("user:a", "house:sales", "20", "CREDIT", key=f"h{n}") for n in range(4)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, TransactionView) for outcome in outcomes) == 2
    assert await standing(groat, "user:a") == ("50", "40", "10", 3)


async def test_an_extended_hold_ends_later_and_each_answer_keeps_its_own_end(
    groat: Groat, clock: Clock
) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    first = await groat.transaction(hold.id)
    clock.advance(50)
    view = await groat.extend(hold.id, expires_in=60, reason="Still at work", key="e1")
    assert (view.kind, view.postings[0].amount, view.reason) == ("extend", "0", "Still at work")
    assert (held(view).expires_at, held(view).state) == ("2026-01-01T12:01:50.000000Z", "open")
    assert await standing(groat, "user:a") == ("50", "20", "30", 3)
    clock.advance(55)
    part = await groat.capture(hold.id, amount="5", final=False, key="c")
    assert held(part).expires_at == "2026-01-01T12:01:50.000000Z"
    last = await groat.extend(hold.id, expires_at=clock.after(60), key="e2")
    # What was answered before is not changed by what came after.
    assert await groat.transaction(hold.id) == first
    again = await groat.extend(hold.id, expires_in=60, reason="Still at work", key="e1")
    assert (again.replayed, held(again)) == (True, held(view))
    assert await groat.transaction(str(part.id)) == part
    assert [e.kind for e in await groat.entries("user:a", "CREDIT")][:3] == ["extend", "capture", "extend"]
    clock.advance(59)
    assert (await groat.held(hold.id)) == held(last)
    clock.advance(1)
    await groat.expire_due()
    assert await standing(groat, "user:a") == ("45", "0", "45", 6)
    assert (await groat.verify()).problems == []


async def test_signs_of_life_need_no_order(groat: Groat, clock: Clock) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    moments = [clock.after(seconds) for seconds in (90, 70, 120, 80)]
    views = await asyncio.gather(
        *(groat.extend(hold.id, expires_at=at, key=f"e{n}") for n, at in enumerate(moments))
    )
    assert {view.kind for view in views} == {"extend"}
    found = await groat.held(hold.id)
    assert found
    assert found.expires_at == "2026-01-01T12:02:00.000000Z"
    shorter = await groat.extend(hold.id, expires_in=1, key="short")
    assert (shorter.id, shorter.postings, shorter.balances[0].account) == (None, [], "user:a")
    endless = await make(groat, expires_at=None)
    assert (await groat.extend(endless.id, expires_in=1, key="endless")).id is None


async def test_an_extension_and_a_release_of_one_hold_agree(groat: Groat, clock: Clock) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    calls = [
        groat.release(hold.id, key="r"),
        *(groat.extend(hold.id, expires_in=60 + n, key=f"e{n}") for n in range(5)),
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    told = {str(o).partition(":")[0] for o in outcomes if isinstance(o, Exception)}
    assert told <= {"hold_resolved"}
    found = await groat.held(hold.id)
    assert found
    assert found.state == "released"


@pytest.mark.parametrize("ends", [{}, {"expires_at": "2026-01-01T13:00:00Z", "expires_in": 5}])
async def test_an_extension_says_one_end(groat: Groat, clock: Clock, ends: dict[str, Any]) -> None:
    hold = await make(groat, expires_at=clock.after(60))
    with pytest.raises(InvalidInput, match="invalid_time"):
        await groat.extend(hold.id, key="e", **ends)


async def test_the_accounts_of_a_hold_are_read_only_by_servers_that_did_not_make_it(
    database: Database, clock: Clock
) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    store, other_store = (database.store(clock, before_query=note) for _ in range(2))
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "10")
        first, second = [await groat.hold("user:a", "house:s", 2, "CREDIT", key=f"h{n}") for n in range(2)]
        await groat.capture(str(first.id), key="c1")
        assert "find_holds" not in asked
        async with Groat.open(database.url, store=other_store) as other:
            await other.capture(str(second.id), key="c2")
        assert "find_holds" in asked
        # The server that made it sees what the other one did.
        with pytest.raises(Refused, match="hold_resolved"):
            await groat.capture(str(second.id), key="c3")
