"""Rule 6: one key has at most one effect, for ever; the first result comes again, refusals included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from groat import Groat, Overloaded, Refusal, StoreError
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Unavailable
from groat.ledger.views import BulkTransactions, TransactionView
from groat.store.batch import Done
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, invalid, refused, standing

Call = Callable[[], Awaitable[Any]]


def plain(view: TransactionView | BulkTransactions) -> Any:
    """An answer as it goes over the wire, but for the word that tells a repetition."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k != "replayed"}
        return [without(v) for v in value] if isinstance(value, list) else value

    return without(msgspec.json.decode(msgspec.json.encode(view)))


async def calls(groat: Groat, clock: Clock) -> dict[str, Call]:
    """One call of each kind that is accepted, with what it needs made before."""
    first = await give(groat, "user:a", "100")
    holds = [str((await groat.hold("user:a", "house:s", "10", "CREDIT", key=f"h{n}")).id) for n in range(3)]
    later = clock.after(600)
    leg = ("house:bonus", "user:a", "5", "CREDIT")
    legs = [leg, ("user:a", "user:b", "1", "CREDIT")]
    return {
        "post": lambda: groat.post(legs, key="post", reason="why", metadata={"n": [1, None]}, actor="user:b"),
        "hold": lambda: groat.hold("user:a", "house:s", "5", "CREDIT", key="hold", expires_at=later),
        "capture": lambda: groat.capture(holds[0], amount="4", final=False, key="capture"),
        "capture the rest": lambda: groat.capture(holds[1], key="capture2"),
        "release": lambda: groat.release(holds[2], key="release"),
        "reverse": lambda: groat.reverse(str(first.id), amounts=["7"], key="reverse"),
        "set balance": lambda: groat.set_balance("user:a", "CREDIT", "90", key="set"),
        "set balance, a no-op": lambda: groat.set_balance("house:s", "CREDIT", "0", key="noop"),
        "set limits": lambda: groat.set_limits("user:a", "CREDIT", floor="-5", key="limits"),
        "open account": lambda: groat.open_account("user:new", "CREDIT", floor="-5", key="open"),
        "bulk": lambda: groat.bulk([[leg], legs], key="bulk"),
        "bulk of one": lambda: groat.bulk([[leg]], key="bulk1"),
    }


KINDS = [
    "post", "hold", "capture", "capture the rest", "release", "reverse", "set balance", "set balance, a no-op",
    "set limits", "open account", "bulk", "bulk of one",
]  # fmt: skip


async def meanwhile(groat: Groat, clock: Clock) -> None:
    """A lot happens between a call and its repetition."""
    clock.advance(1_000)
    await give(groat, "user:a", "500")
    await groat.post([("house:s", "user:b", "3", "CREDIT")], key="meanwhile")
    await groat.set_limits("user:a", "CREDIT", floor="-77", ceiling="10000", key="meanwhile limits")


@pytest.mark.parametrize("kind", KINDS)
async def test_rule_6_the_same_answer_again(groat: Groat, clock: Clock, kind: str) -> None:
    call = (await calls(groat, clock))[kind]
    first = await call()
    await meanwhile(groat, clock)
    before = await groat.accounts()
    again = await call()
    assert not first.replayed
    assert again.replayed
    assert plain(again) == plain(first)
    assert await groat.accounts() == before


@pytest.mark.parametrize("kind", KINDS)
async def test_rule_6_the_same_answer_to_two_in_one_batch(groat: Groat, clock: Clock, kind: str) -> None:
    call = (await calls(groat, clock))[kind]
    one, other, _ = await asyncio.gather(call(), call(), groat.set_limits("user:a", "CREDIT", key="between"))
    assert {one.replayed, other.replayed} == {False, True}
    assert plain(one) == plain(other)


async def test_rule_6_an_answer_tells_nothing_of_what_came_after_it_in_its_batch(groat: Groat) -> None:
    alone = await groat.post([("house:x", "user:a", "5", "CREDIT")], key="1")
    await groat.reverse(str(alone.id), key="2")
    together, _, _ = await asyncio.gather(
        groat.post([("house:x", "user:b", "5", "CREDIT")], key="3"),
        groat.set_limits("user:b", "CREDIT", floor="-9", key="4"),
        give(groat, "user:b", "1"),
    )
    views = [(b.balance, b.available, b.held, b.version) for b in together.balances if b.account == "user:b"]
    assert views == [("5", "5", "0", 1)]
    again = await groat.post([("house:x", "user:b", "5", "CREDIT")], key="3")
    assert plain(again) == plain(together)


async def test_rule_6_a_refusal_is_frozen(groat: Groat) -> None:
    spend = [("user:a", "house:s", "10", "CREDIT")]
    first = await refused(groat.post(spend, key="k"))
    await give(groat, "user:a", "50")
    again = await refused(groat.post(spend, key="k"))
    assert (first.replayed, again.replayed) == (False, True)
    assert msgspec.structs.replace(again, replayed=False) == first
    assert not (await groat.post(spend, key="another")).replayed


async def test_rule_6_another_body_is_refused_and_changes_nothing(groat: Groat) -> None:
    first = await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")
    refusal = await refused(groat.post([("house:x", "user:a", "6", "CREDIT")], key="k"))
    assert (refusal.code, refusal.status, refusal.fields) == ("key_reused", 409, {"key": "k"})
    assert (await refused(groat.hold("user:a", "house:x", "5", "CREDIT", key="k"))).code == "key_reused"
    again = await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")
    assert again.id == first.id
    assert (await standing(groat, "user:a")).balance == "5"


async def test_rule_6_two_bodies_in_one_batch(groat: Groat) -> None:
    outcomes = await asyncio.gather(
        groat.post([("house:x", "user:a", "5", "CREDIT")], key="k"),
        groat.post([("house:x", "user:a", "6", "CREDIT")], key="k"),
        groat.post([("house:x", "user:a", "5", "CREDIT")], key="k"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], TransactionView)
    assert "key_reused" in str(outcomes[1])
    assert isinstance(outcomes[2], TransactionView)
    assert outcomes[2].id == outcomes[0].id


async def test_rule_6_a_refusal_and_its_repetition_in_one_batch(groat: Groat) -> None:
    outcomes = await asyncio.gather(
        groat.post([("user:a", "house:x", "5", "CREDIT")], key="k"),
        give(groat, "user:a", "5"),
        groat.post([("user:a", "house:x", "5", "CREDIT")], key="k"),
        return_exceptions=True,
    )
    assert "insufficient_funds" in str(outcomes[0])
    assert "insufficient_funds" in str(outcomes[2])
    assert (await standing(groat, "user:a")).balance == "5"


async def test_rule_6_a_key_is_its_principals(groat: Groat) -> None:
    leg = [("house:x", "user:a", "5", "CREDIT")]
    views = [await groat.post(leg, key="k", principal=p) for p in ("service:a", "service:b", "user:a")]
    assert len({view.id for view in views}) == 3
    assert {view.actor for view in views} == {"service:a", "service:b", "user:a"}


async def test_rule_6_what_is_refused_before_the_committer_freezes_nothing(groat: Groat) -> None:
    assert await invalid(groat.post([("house:x", "user:a", "5.5", "CREDIT")], key="k")) == "too_many_digits"
    assert await invalid(groat.post([("house:x", "user:a", "5", "EUR")], key="k")) == "unknown_asset"
    await groat.add_asset("EUR", 2)
    assert not (await groat.post([("house:x", "user:a", "5", "EUR")], key="k")).replayed


async def test_rule_6_overload_freezes_nothing(database: Database, clock: Clock) -> None:
    async with Groat.open(database.url, store=database.store(clock), queue_max=1) as groat:
        await groat.add_asset("CREDIT", 0)
        calls = [groat.post([("house:x", "user:a", "5", "CREDIT")], key=f"k{n}") for n in range(5)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        shed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Overloaded)]
        assert shed
        assert all(isinstance(o, TransactionView | Overloaded) for o in outcomes)
        for n in shed:
            assert not (await groat.post([("house:x", "user:a", "5", "CREDIT")], key=f"k{n}")).replayed
        assert (await standing(groat, "user:a")).balance == "25"


async def test_rule_6_a_key_lives_as_long_as_the_database(database: Database, clock: Clock) -> None:
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        first = await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")
    clock.advance(400 * 86_400)
    async with Groat.open(database.url, store=database.store(clock), retention_days=1) as groat:
        await groat.prune()
        again = await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")
    assert again.replayed
    assert plain(again) == plain(first)


# Rule 7: a refused command changes nothing but its recorded verdict.


async def test_rule_7_a_refused_command_leaves_no_trace(groat: Groat, database: Database) -> None:
    await give(groat, "user:a", "10")
    looked = ["account", "stream", "event", "txn", "posting", "hold", "batch", "act"]
    before = {table: database.rows(f"SELECT * FROM groat_{table} ORDER BY 1") for table in looked}
    attempts: list[Awaitable[Any]] = [
        groat.post(
            [("house:new", "user:new", "1", "CREDIT"), ("user:a", "user:new2", "11", "CREDIT")], key="1"
        ),
        groat.hold("user:new", "house:new", "1", "CREDIT", key="2"),
        groat.set_limits("user:new", "CREDIT", floor="2", ceiling="1", key="3"),
        groat.bulk(
            [[("house:new", "user:a", "1", "CREDIT")], [("user:x", "user:a", "9", "CREDIT")]], key="4"
        ),
        groat.post([("user:nobody", "user:none", "1", "USD")], key="5"),
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert all(type(outcome).__name__ == "Refused" for outcome in outcomes)
    assert {table: database.rows(f"SELECT * FROM groat_{table} ORDER BY 1") for table in looked} == before
    assert len(database.rows("SELECT * FROM groat_key")) == 6


async def test_rule_7_a_refused_command_does_not_disturb_its_neighbours(groat: Groat) -> None:
    # Both open the same new account; the refused one comes first.
    outcomes = await asyncio.gather(
        groat.post([("user:new", "house:x", "1", "CREDIT")], key="1"),
        groat.post([("house:x", "user:new", "1", "CREDIT")], key="2"),
        groat.post([("user:other", "house:x", "1", "CREDIT")], key="3"),
        return_exceptions=True,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["Refused", "TransactionView", "Refused"]
    assert await standing(groat, "user:new") == ("1", "0", "1", 1)
    assert await groat.account("user:other") is None


async def test_rule_7_an_atomic_bulk_is_all_or_nothing(groat: Groat) -> None:
    await give(groat, "user:a", "10")
    items = [
        [("user:a", "user:b", "6", "CREDIT")],
        [("house:x", "user:c", "1", "CREDIT")],
        [("user:a", "user:b", "6", "CREDIT")],
    ]
    refusal = await refused(groat.bulk(items, key="b"))
    assert (refusal.code, refusal.fields["index"]) == ("insufficient_funds", "2")
    assert await groat.account("user:b") is None
    assert await groat.account("user:c") is None
    view = await groat.bulk(items[:2], key="b2", reason="July")
    assert [t.reason for t in view.transactions] == ["July", "July"]
    assert (await standing(groat, "user:b")).balance == "6"


async def test_rule_7_items_of_a_bulk_see_the_ones_before(groat: Groat) -> None:
    view = await groat.bulk(
        [[("house:x", "user:a", "5", "CREDIT")], [("user:a", "user:b", "5", "CREDIT")]], key="b"
    )
    assert [t.balances[0].version for t in view.transactions] == [1, 2]
    assert (await standing(groat, "user:b")).balance == "5"


async def test_rule_7_an_independent_bulk_gives_a_verdict_each(groat: Groat) -> None:
    def item(index: int, source: str, amount: int) -> Post:
        posting = Posting(source, "user:b", amount, "CREDIT")
        return Post(principal="service:shop", key=f"bulk/{index}", postings=(posting,))

    def items() -> list[Post]:
        return [item(0, "house:x", 5), item(1, "user:a", 99), item(2, "house:x", 6)]

    verdicts = await groat.execute_many(items())
    assert [type(v) for v in verdicts] == [Done, Refusal, Done]
    again = await groat.execute_many(items())
    assert [v.replayed for v in again] == [True, True, True]
    assert (await standing(groat, "user:b")).balance == "11"


async def test_rule_7_a_bulk_within_a_batch_rolls_back_alone(groat: Groat) -> None:
    def leg(amount: int) -> Post:
        return Post(principal="service:x", key="-", postings=(Posting("user:a", "user:b", amount, "CREDIT"),))

    verdicts = await groat.execute_many(
        [
            Post(principal="service:x", key="1", postings=(Posting("house:x", "user:a", 10, "CREDIT"),)),
            Bulk(principal="service:x", key="2", items=(leg(6), leg(6))),
            Bulk(principal="service:x", key="3", items=(leg(6), leg(4))),
        ]
    )
    assert [type(v) for v in verdicts] == [Done, Refusal, Done]
    assert await standing(groat, "user:a") == ("0", "0", "0", 3)


async def test_nothing_is_frozen_when_the_store_fails(database: Database, clock: Clock) -> None:
    failing = False

    def fail(_: object) -> None:
        if failing:
            raise Unavailable()

    async with Groat.open(database.url, store=database.store(clock, before_query=fail)) as groat:
        await groat.add_asset("CREDIT", 0)
        failing = True
        with pytest.raises(StoreError):
            await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")
        failing = False
        assert not (await groat.post([("house:x", "user:a", "5", "CREDIT")], key="k")).replayed
