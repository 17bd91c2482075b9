"""Rules 1 to 4, 9 and 14 of the ledger: sums, folds, versions, limits, reversals, set balances, numbers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from groat import Groat, LimitRule, Limits, Policy, Refusal
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.reversing import Reverse
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, invalid, new_key, refused, standing

# Rule 1: the sum of debits is the sum of credits, for each asset.


async def test_rule_1_what_one_account_loses_others_gain(groat: Groat) -> None:
    await groat.post(
        [
            ("house:bonus", "user:a", "50", "CREDIT"),
            ("house:bonus", "user:b", "7.50", "USD"),
            ("user:a", "user:b", "20", "CREDIT"),
        ],
        key="k",
    )
    assert [(await standing(groat, path)).balance for path in ("house:bonus", "user:a", "user:b")] == [
        "-50",
        "30",
        "20",
    ]
    assert (await standing(groat, "user:b", "USD")).balance == "7.50"
    assert (await standing(groat, "house:bonus", "USD")).balance == "-7.50"


# Rule 2: a stored balance is the fold of its postings; rule 3: versions have no gaps.


async def test_rules_2_and_3_history_runs_from_nothing_to_the_balance(groat: Groat, clock: Clock) -> None:
    first = await give(groat, "user:a", "50")
    hold = await groat.hold("user:a", "house:sales", "30", "CREDIT", key="h", expires_at=clock.after(60))
    assert hold.hold
    await groat.capture(hold.hold.id, amount="10", final=False, key="c")
    await groat.reverse(str(first.id), amounts=["5"], key="r")
    await groat.set_balance("user:a", "CREDIT", "40", key="s")
    await groat.post([("user:a", "user:b", "1", "CREDIT"), ("user:a", "user:b", "2", "CREDIT")], key="two")
    clock.advance(60)
    await groat.expire_due()
    await groat.post([("user:b", "user:a", "3", "CREDIT")], key="back")

    entries = list(reversed(await groat.entries("user:a", "CREDIT")))
    assert [e.version for e in entries] == list(range(1, len(entries) + 1))
    balance = held = 0
    for entry in entries:
        balance += int(entry.delta)
        held += int(entry.held_delta)
        assert (int(entry.balance), int(entry.held)) == (balance, held), entry
    assert [(e.kind, e.delta, e.held_delta) for e in entries] == [
        ("post", "50", "0"),
        ("hold", "0", "30"),
        ("capture", "-10", "-10"),
        ("reverse", "-5", "0"),
        ("set_balance", "5", "0"),
        ("post", "-1", "0"),
        ("post", "-2", "0"),
        ("expire", "0", "-20"),
        ("post", "3", "0"),
    ]
    assert await standing(groat, "user:a") == ("40", "0", "40", 9)


async def test_rule_3_each_posting_carries_both_balances_after_it(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    view = await groat.post([("user:a", "user:b", "20", "CREDIT")], key="k")
    assert [(b.account, b.balance, b.available, b.held, b.version) for b in view.balances] == [
        ("user:a", "30", "30", "0", 2),
        ("user:b", "20", "20", "0", 1),
    ]


# Rule 4: limits hold after every transaction.


async def test_rule_4_own_holds_count_and_incoming_holds_never(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    await groat.hold("user:a", "user:b", "40", "CREDIT", key="h")
    assert await standing(groat, "user:a") == ("50", "40", "10", 2)
    assert await standing(groat, "user:b") == ("0", "0", "0", 1)
    assert (await refused(groat.post([("user:a", "user:c", "11", "CREDIT")], key="a"))).fields == {
        "account": "user:a",
        "asset": "CREDIT",
        "available": "10",
        "needed": "11",
        "floor": "0",
    }
    assert (
        await refused(groat.post([("user:b", "user:c", "1", "CREDIT")], key="b"))
    ).code == "insufficient_funds"
    await groat.post([("user:a", "user:c", "10", "CREDIT")], key="c")


async def test_rule_4_legs_of_one_transaction_are_netted(groat: Groat) -> None:
    # user:a pays before it is paid; only how it stands after the whole counts.
    await groat.post([("user:a", "user:b", "30", "CREDIT"), ("house:x", "user:a", "30", "CREDIT")], key="k")
    assert await standing(groat, "user:a") == ("0", "0", "0", 2)


async def test_rule_4_limits_hold_between_two_transactions_of_one_batch(groat: Groat) -> None:
    verdicts = await asyncio.gather(
        groat.post([("user:a", "house:sales", "30", "CREDIT")], key="spend"),
        groat.post([("house:bonus", "user:a", "30", "CREDIT")], key="give"),
        return_exceptions=True,
    )
    # In the end the account would stand at 0, but the spend came first.
    assert "insufficient_funds" in str(verdicts[0])
    assert await standing(groat, "user:a") == ("30", "0", "30", 1)


async def test_rule_4_a_deposit_below_the_floor_is_taken(groat: Groat) -> None:
    await give(groat, "user:a", "10")
    await groat.post([("user:a", "house:x", "50", "CREDIT")], key="clawback", below_floor=True)
    assert (await standing(groat, "user:a")).balance == "-40"
    await give(groat, "user:a", "15")
    assert (await standing(groat, "user:a")).balance == "-25"
    # A transaction that leaves it higher than before is taken too, whatever its legs are.
    await groat.post([("user:a", "house:x", "5", "CREDIT"), ("house:x", "user:a", "6", "CREDIT")], key="net")
    assert (
        await refused(groat.post([("user:a", "house:x", "1", "CREDIT")], key="no"))
    ).code == "insufficient_funds"


async def test_rule_4_going_below_a_floor_needs_the_right(groat: Groat) -> None:
    first = await give(groat, "user:a", "10")
    await groat.post([("user:a", "house:sales", "10", "CREDIT")], key="spend")
    assert (await refused(groat.reverse(str(first.id), key="r1"))).code == "insufficient_funds"
    await groat.reverse(str(first.id), key="r2", below_floor=True)
    assert (
        await refused(groat.set_balance("user:a", "CREDIT", "-20", key="s1"))
    ).code == "insufficient_funds"
    await groat.set_balance("user:a", "CREDIT", "-20", key="s2", below_floor=True)
    assert (await standing(groat, "user:a")).balance == "-20"


async def test_rule_4_the_right_to_go_below_a_floor_is_none_to_go_above_a_ceiling(groat: Groat) -> None:
    await groat.set_limits("user:a", "CREDIT", ceiling="10", key="l")
    call = groat.post([("house:x", "user:a", "11", "CREDIT")], key="k", below_floor=True)
    assert (await refused(call)).fields == {
        "account": "user:a",
        "asset": "CREDIT",
        "ceiling": "10",
        "would_be": "11",
    }


async def test_rule_4_the_ceiling_counts_incoming_holds(groat: Groat) -> None:
    await groat.set_limits("user:a", "CREDIT", ceiling="100", key="l")
    hold = await groat.hold("house:x", "user:a", "60", "CREDIT", key="h")
    assert (
        await refused(groat.post([("house:x", "user:a", "41", "CREDIT")], key="a"))
    ).code == "ceiling_exceeded"
    await groat.post([("house:x", "user:a", "40", "CREDIT")], key="b")
    assert hold.hold
    await groat.release(hold.hold.id, key="r")
    await groat.post([("house:x", "user:a", "41", "CREDIT")], key="c")


async def test_rule_4_resolving_a_hold_is_never_refused_for_limits(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "30")
    holds = [
        (await groat.hold("user:a", "user:b", "10", "CREDIT", key=f"h{n}", expires_at=clock.after(60))).hold
        for n in range(3)
    ]
    await groat.set_limits("user:a", "CREDIT", floor="500", key="l1")
    await groat.set_limits("user:b", "CREDIT", ceiling="0", key="l2")
    assert holds[0]
    assert holds[1]
    await groat.capture(holds[0].id, key="c")
    await groat.release(holds[1].id, key="r")
    clock.advance(60)
    await groat.expire_due()
    await groat.post([("house:x", "user:a", "1", "CREDIT")], key="any")
    assert await standing(groat, "user:a") == ("21", "0", "21", 8)
    assert await standing(groat, "user:b") == ("10", "0", "10", 6)


async def test_rule_4_limits_can_be_set_apart_and_taken_away(groat: Groat) -> None:
    await groat.set_limits("user:a", "CREDIT", floor="-10", ceiling="10", key="1")
    await groat.set_limits("user:a", "CREDIT", ceiling=None, key="2")
    view = await groat.set_limits("user:a", "CREDIT", key="3")
    assert [(b.floor, b.ceiling) for b in view.balances] == [("-10", None)]
    await groat.post([("house:x", "user:a", "11", "CREDIT")], key="4")
    await groat.set_limits("user:a", "CREDIT", floor=None, key="5")
    await groat.post([("user:a", "house:x", "1000", "CREDIT")], key="6")


async def test_accounts_open_with_the_limits_of_the_policy(database: Database, clock: Clock) -> None:
    policy = Policy((LimitRule("shop:*", Limits(floor=-100, ceiling=20)),))
    async with Groat.open(database.url, policy=policy, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("shop:a", "user:a", "100", "CREDIT")], key="1")
        assert (await refused(groat.post([("shop:a", "user:a", "1", "CREDIT")], key="2"))).code == (
            "insufficient_funds"
        )
        assert (await refused(groat.post([("house", "shop:b", "21", "CREDIT")], key="3"))).code == (
            "ceiling_exceeded"
        )
        # An account that is open keeps the limits it opened with.
        await groat.open_account("shop:a", "CREDIT", floor=None, key="4")
        view = await groat.account("shop:a")
        assert view
        assert view.balances[0].floor == "-100"
        opened = await groat.open_account("shop:c", "CREDIT", floor=None, key="5")
        assert (opened.id, opened.balances[0].floor, opened.balances[0].ceiling) == (None, None, "20")


# Rule 9: reversals never exceed their transaction; set-balance computes its difference under the lock.


async def test_rule_9_a_whole_reversal_gives_all_back(groat: Groat) -> None:
    first = await groat.post(
        [("house:bonus", "user:a", "50", "CREDIT"), ("house:bonus", "user:b", "1.25", "USD")], key="k"
    )
    view = await groat.reverse(str(first.id), key="r", reason="mistake")
    assert (view.kind, view.reverses, view.reason) == ("reverse", first.id, "mistake")
    assert [(p.source, p.destination, p.amount, p.asset) for p in view.postings] == [
        ("user:a", "house:bonus", "50", "CREDIT"),
        ("user:b", "house:bonus", "1.25", "USD"),
    ]
    assert (await standing(groat, "user:a")).balance == "0"
    assert (await standing(groat, "user:b", "USD")).balance == "0.00"


async def test_rule_9_parts_add_up_to_the_whole_and_no_further(groat: Groat) -> None:
    first = await give(groat, "user:a", "50")
    for number, part in enumerate(["20", "29"]):
        await groat.reverse(str(first.id), amounts=[part], key=f"r{number}")
    assert (await refused(groat.reverse(str(first.id), amounts=["2"], key="r2"))).fields == {
        "transaction": str(first.id),
        "posting": "0",
        "remaining": "1",
    }
    await groat.reverse(str(first.id), key="r3")
    assert (await refused(groat.reverse(str(first.id), key="r4"))).code == "exceeds_transaction"
    assert await standing(groat, "user:a") == ("0", "0", "0", 4)


async def test_rule_9_reversals_at_once_do_not_exceed_it_either(groat: Groat) -> None:
    first = await give(groat, "user:a", "50")
    # The money is there: it is the transaction that has no more to give back.
    await give(groat, "user:a", "100")
    verdicts = await groat.execute_many(
        [
            Reverse(principal="service:x", key=f"r{n}", transaction=str(first.id), amounts=(20,))
            for n in range(4)
        ]
    )
    told = [verdict.code if isinstance(verdict, Refusal) else "ok" for verdict in verdicts]
    assert told == ["ok", "ok", "exceeds_transaction", "exceeds_transaction"]
    assert (await standing(groat, "user:a")).balance == "110"


async def test_rule_9_a_transaction_that_moved_an_account_twice_is_reversed_leg_by_leg(groat: Groat) -> None:
    first = await groat.post(
        [("house:x", "user:a", "10", "CREDIT"), ("house:x", "user:a", "20", "CREDIT")], key="k"
    )
    await groat.reverse(str(first.id), amounts=["0", "15"], key="r1")
    assert (await refused(groat.reverse(str(first.id), amounts=["0", "6"], key="r2"))).fields[
        "posting"
    ] == "1"
    await groat.reverse(str(first.id), amounts=["10", "5"], key="r3")
    assert (await standing(groat, "user:a")).balance == "0"


async def test_rule_9_a_reversal_of_nothing_is_none(groat: Groat) -> None:
    first = await give(groat, "user:a", "50")
    assert await invalid(groat.reverse(str(first.id), amounts=["0"], key="r")) == "amount_not_positive"
    assert await invalid(groat.reverse(str(first.id), amounts=["-1"], key="r")) == "amount_not_positive"


async def test_rule_9_set_balance_fixes_the_balance_against_adjustments(groat: Groat) -> None:
    await give(groat, "user:a", "50")
    await groat.hold("user:a", "house:sales", "20", "CREDIT", key="h")
    view = await groat.set_balance("user:a", "CREDIT", "20", key="s", reason="count")
    assert [(p.source, p.destination, p.amount) for p in view.postings] == [
        ("user:a", "house:adjustments", "30")
    ]
    assert await standing(groat, "user:a") == ("20", "20", "0", 3)
    await groat.set_balance("user:a", "CREDIT", "80", key="s2")
    assert await standing(groat, "house:adjustments") == ("-30", "0", "-30", 2)


async def test_rule_9_set_balance_counts_from_the_balance_under_the_lock(groat: Groat) -> None:
    calls = [give(groat, "user:a", "7") for _ in range(20)]
    calls.insert(10, groat.set_balance("user:a", "CREDIT", "1000", key="s"))
    await asyncio.gather(*calls)
    assert (await standing(groat, "user:a")).balance == "1070"


async def test_rule_9_a_no_op_tells_version_and_position(groat: Groat) -> None:
    first = await give(groat, "user:a", "50")
    view = await groat.set_balance("user:a", "CREDIT", "50", key="s")
    assert (view.id, view.postings) == (None, [])
    assert [(b.account, b.balance, b.version) for b in view.balances] == [("user:a", "50", 1)]
    assert view.positions == first.positions
    assert await standing(groat, "user:a") == ("50", "0", "50", 1)


async def test_rule_9_the_position_of_a_no_op_is_that_of_its_balance(groat: Groat) -> None:
    # What comes later in the same batch is not yet in the balance that the no-op tells, nor in its position.
    first = await give(groat, "user:a", "50")
    second, nothing, third = await asyncio.gather(
        give(groat, "user:a", "1"),
        groat.set_balance("user:a", "CREDIT", "51", key="s"),
        give(groat, "user:a", "1"),
    )
    assert (nothing.id, nothing.balances[0].balance, nothing.balances[0].version) == (None, "51", 2)
    assert first.positions != second.positions != third.positions
    assert nothing.positions == second.positions


async def test_rule_9_the_position_of_a_no_op_counts_what_expired_before_it(
    groat: Groat, clock: Clock
) -> None:
    await give(groat, "user:a", "50")
    await groat.hold("user:a", "house:s", "5", "CREDIT", key="h", expires_at=clock.after(5))
    clock.advance(5)
    nothing = await groat.set_balance("user:a", "CREDIT", "50", key="s")
    assert (nothing.balances[0].held, nothing.balances[0].version) == ("0", 3)
    head = (await groat.streams.heads(["user:a"]))["user:a"]
    assert nothing.positions == {"user:a": f"{head.epoch}:3"}


async def test_rule_9_a_no_op_on_an_account_that_is_not_open_opens_none(groat: Groat) -> None:
    view = await groat.set_balance("user:a", "CREDIT", "0", key="s")
    assert [(b.balance, b.version) for b in view.balances] == [("0", 0)]
    assert await groat.account("user:a") is None
    head = (await groat.streams.heads(["user:a"]))["user:a"]
    assert head.offset == 0
    # The reader stands before the first event of a stream that begins with it.
    assert view.positions in ({}, {"user:a": f"{head.epoch}:0"})


# Rule 14: numbers that do not fit are clear errors; arithmetic is exact to the last unit.


async def test_rule_10_counters_reach_the_last_number_and_not_beyond(groat: Groat) -> None:
    most = str(AMOUNT_MAX)
    await groat.post([("house:x", "user:a", most, "CREDIT")], key="1")
    await groat.post([("user:a", "house:y", most, "CREDIT")], key="2")
    assert await standing(groat, "house:x") == (f"-{most}", "0", f"-{most}", 1)
    refusal = await refused(groat.post([("house:z", "user:a", "1", "CREDIT")], key="3"))
    assert (refusal.code, refusal.fields["account"]) == ("balance_overflow", "user:a")


async def test_rule_10_a_hold_that_could_not_be_captured_is_not_made(groat: Groat) -> None:
    most = str(AMOUNT_MAX)
    hold = await groat.hold("house:x", "user:a", most, "CREDIT", key="1")
    assert (await refused(groat.hold("house:y", "user:a", "1", "CREDIT", key="2"))).code == "balance_overflow"
    assert hold.hold
    await groat.capture(hold.hold.id, key="3")
    assert (await standing(groat, "user:a")).balance == most


async def test_rule_10_set_balance_from_one_end_to_the_other(groat: Groat) -> None:
    most = str(AMOUNT_MAX)
    await groat.set_limits("user:a", "CREDIT", floor=None, key="0")
    await groat.set_balance("user:a", "CREDIT", f"-{most}", key="1")
    assert (await refused(groat.set_balance("user:a", "CREDIT", most, key="2"))).code == "balance_overflow"
    await groat.set_balance("user:a", "CREDIT", "0", key="3")


@pytest.mark.parametrize(
    ("postings", "code"),
    [
        ([("house:x", "user:a", "1e9", "CREDIT")], "invalid_amount"),
        ([("house:x", "user:a", "0.001", "CREDIT")], "too_many_digits"),
        ([("house:x", "user:a", "-5", "CREDIT")], "amount_not_positive"),
        ([("house:x", "user:a", "0", "CREDIT")], "amount_not_positive"),
        ([("house:x", "user:a", str(2**63), "CREDIT")], "amount_overflow"),
        ([("house:x", "user:a", "٣", "CREDIT")], "invalid_amount"),
        ([("house:x", "user:a", "5", "EUR")], "unknown_asset"),
        ([("house:x", "house:x", "5", "CREDIT")], "same_account"),
        ([("house:x", "user:\0", "5", "CREDIT")], "invalid_account"),
        ([], "no_postings"),
    ],
)
async def test_rule_10_clear_errors(
    groat: Groat, postings: list[tuple[str, str, str, str]], code: str
) -> None:
    assert await invalid(groat.post(postings, key=new_key())) == code
    assert await groat.accounts() == []


async def test_rule_10_what_is_no_text_at_all(groat: Groat) -> None:
    accounts: Any = [(object(), "user:a", "5", "CREDIT")]
    assert await invalid(groat.post(accounts, key="k")) == "invalid_account"
    leg = [("house:x", "user:a", "5", "CREDIT")]
    keys: list[tuple[Any, str]] = [(None, "key_required"), (7, "invalid_key"), (b"7", "invalid_key")]
    for key, code in keys:
        assert await invalid(groat.post(leg, key=key)) == code


async def test_rule_10_text_that_is_no_text(groat: Groat) -> None:
    leg = [("house:x", "user:a", "5", "CREDIT")]
    assert await invalid(groat.post(leg, key="k", reason="\0")) == "invalid_text"
    assert await invalid(groat.post(leg, key="k", reason="\ud800")) == "invalid_text"
    assert await invalid(groat.post(leg, key="k", metadata={"\ud800": 1})) == "invalid_text"
    assert await invalid(groat.post(leg, key="ключ")) == "invalid_key"


async def test_an_asset_keeps_its_scale(groat: Groat) -> None:
    assert await groat.add_asset("USD", 2) == ("USD", 2)
    assert await invalid(groat.add_asset("USD", 3)) == "asset_exists"
    assert await groat.assets() == {"CREDIT": ("CREDIT", 0), "USD": ("USD", 2)}
