"""What a command depends on is caught up before it is decided, and nothing else; the rest goes in small batches."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from unittest.mock import patch

import pytest

from groat import Groat
from groat.engine import committer
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Command, Hold, Post, Posting, SetBalance
from groat.ledger.errors import Refusal
from groat.ledger.limits import OpenAccount, SetLimits
from groat.ledger.reversing import Reverse
from groat.store import due, phases
from groat.store.batch import Done, Expired
from groat.store.flow import TURN, Flow, Query, Together
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, new_key, standing


def hold(source: str, destination: str, amount: int, expires_at: int) -> Hold:
    return Hold(
        principal="service:x", key=new_key(), source=source, destination=destination, amount=amount,
        asset="CREDIT", expires_at=expires_at,
    )  # fmt: skip


def post(source: str, destination: str, amount: int = 1) -> Post:
    return Post(
        principal="service:x", key=new_key(), postings=(Posting(source, destination, amount, "CREDIT"),)
    )


async def hold_all(groat: Groat, clock: Clock, source: str, count: int, destination: str = "house:s") -> None:
    made = await groat.execute_many(
        [hold(source, destination, 1, clock() + 1_000_000 + n % 3) for n in range(count)]
    )
    assert all(isinstance(each, Done) for each in made)


def expired(database: Database) -> int:
    return int(database.rows("SELECT count(*) FROM groat_hold WHERE status = 'expired'")[0][0])


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No timer: what expires does so because of what a test does."""

    async def nothing(self: Groat) -> None:
        pass

    monkeypatch.setattr(Groat, "expire_due", nothing)


SPENDING: dict[str, Command] = {
    "a post": post("user:a", "user:b", 300),
    "a post of several legs": Post(
        principal="service:x", key=new_key(),
        postings=(Posting("house:x", "user:b", 1, "CREDIT"), Posting("user:a", "user:b", 300, "CREDIT")),
    ),
    "a bulk": Bulk(
        principal="service:x", key=new_key(), items=(post("house:x", "user:b"), post("user:a", "user:b", 300))
    ),
    "a hold": hold("user:a", "user:b", 300, 10**16),
    "a balance that is set": SetBalance(
        principal="service:x", key=new_key(), account="user:a", asset="CREDIT", balance=0
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", SPENDING.values(), ids=SPENDING.keys())
async def test_what_is_due_never_causes_a_refusal_however_much_it_is(
    groat: Groat, clock: Clock, database: Database, command: Command
) -> None:
    """More is due on the account than one batch expires: the command waits for the batches that do."""
    await give(groat, "user:a", "300")
    await hold_all(groat, clock, "user:a", 300)
    await hold_all(groat, clock, "house:x", 50, "user:b")
    clock.advance(60)
    with patch.object(command, "key", new_key()):
        verdict = await groat.execute(command)
    assert isinstance(verdict, Done), verdict
    assert expired(database) == 300, "nothing but what it depends on"


async def test_a_reversal_catches_up_whom_it_debits(groat: Groat, clock: Clock, database: Database) -> None:
    first = await give(groat, "user:a", "300")
    await hold_all(groat, clock, "user:a", 300)
    await hold_all(groat, clock, "house:bonus", 20)
    clock.advance(60)
    verdict = await groat.execute(Reverse(principal="service:x", key="r", transaction=str(first.id)))
    assert isinstance(verdict, Done), verdict
    assert expired(database) == 300


async def test_what_is_to_come_and_is_over_leaves_room_below_a_ceiling(
    groat: Groat, clock: Clock, database: Database
) -> None:
    await groat.set_limits("user:c", "CREDIT", ceiling="150", key="l")
    await hold_all(groat, clock, "house:x", 150, "user:c")
    clock.advance(60)
    assert isinstance(await groat.execute(post("house:x", "user:c", 150)), Done)
    assert expired(database) == 150


async def test_what_comes_in_catches_nobody_up(groat: Groat, clock: Clock, database: Database) -> None:
    await give(groat, "user:a", "10")
    await hold_all(groat, clock, "user:a", 10)
    clock.advance(60)
    assert isinstance(await groat.execute(post("house:x", "user:a")), Done)
    assert isinstance(await groat.execute(post("house:s", "user:b")), Done)
    assert expired(database) == 0


async def test_a_limit_that_is_new_in_the_batch_counts_what_is_over(groat: Groat, clock: Clock) -> None:
    """The house has no floor, and so nothing of it is caught up, until a command of the same batch gives it one."""
    await give(groat, "house:shop", "100")
    await hold_all(groat, clock, "house:shop", 100)
    clock.advance(60)
    limit = SetLimits(principal="service:x", key="l", account="house:shop", asset="CREDIT", floor=0)
    opened = OpenAccount(principal="service:x", key="o", account="house:shop", asset="CREDIT", floor=5)
    verdicts = await groat.execute_many([opened, limit, post("house:shop", "user:a", 100)])
    assert [isinstance(verdict, Done) for verdict in verdicts] == [True] * 3, verdicts


async def test_batches_that_depend_on_more_than_a_batch_takes_share_it_out(
    groat: Groat, clock: Clock, database: Database
) -> None:
    people = [f"user:{n}" for n in range(12)]
    for person in people:
        await give(groat, person, "10")
        await hold_all(groat, clock, person, 10)
    clock.advance(60)
    with patch.object(due, "ON_ACCOUNT_MAX", 4), patch.object(due, "IN_BATCH_MAX", 7):
        verdicts = await groat.execute_many([post(person, "house:s", 10) for person in people])
    assert all(isinstance(verdict, Done) for verdict in verdicts), verdicts
    assert expired(database) == 120
    sizes = database.rows("SELECT count(*) FROM groat_txn WHERE kind = 'expire' GROUP BY batch")
    assert max(size for (size,) in sizes) <= 7


async def test_a_capture_of_what_is_over_is_refused_for_that(
    groat: Groat, clock: Clock, database: Database
) -> None:
    await give(groat, "user:a", "10")
    held = await groat.execute(hold("user:a", "house:s", 10, clock() + 1_000_000))
    assert isinstance(held, Done)
    clock.advance(1)
    with pytest.raises(Exception, match="hold_expired"):
        await groat.capture(held.transactions[0].id, key="c")
    assert await standing(groat, "user:a") == ("10", "0", "10", 3)


async def test_many_that_are_due_go_in_small_batches_oldest_first(
    groat: Groat, clock: Clock, database: Database
) -> None:
    dice, count = random.Random(1), 5 * committer.EXPIRED_MAX
    await give(groat, "user:a", str(count))
    moments = [clock() + dice.choice((1, 2, 3)) * 1_000_000 for _ in range(count)]
    await groat.execute_many([hold("user:a", "house:s", 1, at) for at in moments])
    clock.advance(60)
    await groat._expiry.round(asyncio.Event())
    assert await standing(groat, "user:a") == (str(count), "0", str(count), 1 + 2 * count)
    sizes = database.rows(
        "SELECT count(*) FROM groat_txn WHERE kind = 'expire' GROUP BY batch ORDER BY batch"
    )
    assert [size for (size,) in sizes] == [committer.EXPIRED_MAX] * 5
    ats = database.rows(
        "SELECT h.expires_at FROM groat_txn AS t JOIN groat_hold AS h ON h.id = t.hold WHERE t.kind = 'expire'"
        " ORDER BY t.batch, t.id"
    )
    assert ats == sorted(ats)


async def test_a_small_batch_takes_its_turn_among_the_others_of_its_server(
    groat: Groat, clock: Clock
) -> None:
    await give(groat, "user:a", "10")
    await hold_all(groat, clock, "user:a", 10)
    clock.advance(60)
    asked: list[str] = []

    def noted(*args: Any) -> Flow[Expired]:
        flow = phases.expire_batch(*args)
        query = next(flow)
        try:
            while True:
                asked.extend(q.name for q in (query.queries if isinstance(query, Together) else (query,)))
                query = flow.send((yield query))
        except StopIteration as stop:
            found: Expired = stop.value
            return found

    context = groat.committer._context
    await groat._store.write(noted, due.START, 3, "x", context, "x.due", True)
    assert asked.index(TURN.name) < asked.index("lock_holds")
    if groat._store.row_locks:
        # Whoever passes over locked rows waits for nobody.
        asked.clear()
        await groat._store.write(noted, due.START, 3, "x", context, "x.due", False)
        assert "lock_free_holds" in asked
        assert TURN.name not in asked


async def test_one_node_at_a_time_expires_and_another_goes_on_when_it_died(
    groat: Groat, clock: Clock, database: Database
) -> None:
    await give(groat, "user:a", "10")
    await hold_all(groat, clock, "user:a", 10)
    clock.advance(60)
    async with Groat.open(database.url, store=database.store(clock)) as other:
        with patch.object(committer, "EXPIRED_MAX", 3):
            first = await groat.committer.expire_some(due.START, True)
            assert first is not None, "it goes on from here"
            assert await other.committer.expire_some(due.START, True) is None
        assert expired(database) == 3
        # The first one dies here. Its lease ends a moment later.
        clock.advance(phases.LEASE_US / 1e6 - 0.000001)
        await other._expiry.round(asyncio.Event())
        assert expired(database) == 3
        clock.advance(0.000001)
        await other._expiry.round(asyncio.Event())
        assert expired(database) == 10
        # A clock that was set back does not leave the lease with it for so long.
        clock.advance(-3600)

        def take() -> Flow[bool]:
            return (yield Query("take_lease", (phases.EXPIRY, "somebody", phases.LEASE_US))) is not None

        assert await groat._store.write(take)
        assert await groat._store.write(take), "kept"
        clock.advance(1)
        assert await groat._store.write(take), "kept, and made longer"


async def test_what_is_found_only_after_the_lock_is_caught_up_by_the_next_batch(
    database: Database, clock: Clock
) -> None:
    """A hold becomes due on an account between a batch's look and its locks, as another batch commits it."""
    seen: list[str] = []

    def hide(self: due.CatchUp, *args: object) -> object:
        if not seen:
            seen.append("hidden")
            return iter(())
        return find(self, *args)  # type: ignore[arg-type]

    find = due.CatchUp.find
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "10")
        await hold_all(groat, clock, "user:a", 10)
        clock.advance(60)
        with patch.object(due.CatchUp, "find", hide):
            verdict = await groat.execute(post("user:a", "user:b", 10))
    assert seen
    assert not isinstance(verdict, Refusal)
