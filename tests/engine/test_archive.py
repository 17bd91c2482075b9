"""The archive: everything is found there as it was, nobody waits for it, and it stops anywhere without harm."""

from __future__ import annotations

import asyncio
import random
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from groat import Groat, Refused
from groat.store import archive, verify
from groat.store.archive import Month, MonthNotOver
from groat.store.flow import Query
from groat.store.reading import LAST_ID
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase
from tests.helpers.money import give, new_key, refused, standing
from tests.servers import Postgres

DAY_S = 86_400.0


@pytest.fixture(params=["stretches", "a batch at a time"])
def stretches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "stretches":
        monkeypatch.setattr(archive, "TRANSACTIONS_MAX", 1)
        monkeypatch.setattr(archive, "BATCHES_PAGE", 2)
        monkeypatch.setattr(verify, "TRANSACTIONS_PAGE", 2)
        monkeypatch.setattr(verify, "BATCHES_PAGE", 3)


class Past:
    """What was done in three months (January to March 2026), and the ids and keys to find it by."""

    def __init__(self, groat: Groat, clock: Clock) -> None:
        self.groat = groat
        self.clock = clock
        self.posted: list[str] = []
        self.held: list[str] = []

    async def month(self) -> None:
        """A month of it all, and on to the next."""
        groat = self.groat
        for n in range(3):
            key = f"order-{len(self.posted)}"
            legs = [("house:x", "user:a", "20", "CREDIT"), ("house:x", "user:b", "5", "CREDIT")]
            self.posted.append(str((await groat.post(legs, key=key, metadata={"n": n})).id))
            self.clock.advance(DAY_S)
        await groat.bulk([[("house:x", "user:a", "1", "CREDIT")]] * 2, key=f"bulk-{len(self.posted)}")
        self.held.append(str((await groat.hold("user:a", "house:s", "4", "CREDIT", key=new_key())).id))
        await groat.capture(self.held[-1], amount="1", final=False, key=new_key())
        await groat.reverse(self.posted[-1], amounts=["2", None], key=new_key())
        await refused(groat.post([("user:b", "house:x", "999", "CREDIT")], key=f"no-{len(self.posted)}"))
        self.clock.advance(28 * DAY_S)

    async def seen(self) -> dict[str, Any]:
        """All that anybody can look up."""
        groat = self.groat
        seen: dict[str, Any] = {}
        for path in ("user:a", "user:b", "house:x"):
            for limit in (1, 3, 500):
                entries, before = [], None
                while page := await groat.entries(path, "CREDIT", before_version=before, limit=limit):
                    entries += page
                    before = page[-1].version
                seen[f"{path} by {limit}"] = entries
            for day in range(0, 90, 9):
                moment = datetime.fromtimestamp(1_767_225_600 + day * DAY_S, UTC)
                seen[f"{path} on {day}"] = await groat.account(path, at=moment)
        for id in (*self.posted, *self.held):
            seen[id] = await groat.transaction(id), await groat.held(id)
        ids: list[str] = []
        while page_ := await groat.transactions(
            after=ids[-1] if ids else "0" * 8 + "-0000-0000-0000-" + "0" * 12, limit=4
        ):
            ids += [str(view.id) for view in page_]
        seen["transactions"] = ids
        for limit in (2, 500):
            acts, last = [], LAST_ID
            while found := await groat.audit(before=last, limit=limit):
                acts += found
                last = found[-1].id
            seen[f"audit by {limit}"] = acts
        seen["audit of user:b"] = await groat.audit(target="user:b", limit=500)
        return seen


@pytest.fixture
async def past(groat: Groat, clock: Clock, stretches: None) -> Past:
    past = Past(groat, clock)
    for _ in range(3):
        await past.month()
    return past


async def test_everything_is_found_as_it_was(past: Past, database: Database) -> None:
    before = await past.seen()
    months = await past.groat.archive("2026-03-01T00:00:00Z")
    assert [month.month for month in months] == [202601, 202602]
    assert (
        sum(month.transactions for month in months)
        == database.rows("SELECT count(*) FROM groat_archived_txn")[0][0]
    )
    assert sum(month.postings for month in months) == 2 * (3 * 2 + 2 + 1 + 1 + 2)
    assert database.rows("SELECT count(*) FROM groat_txn")[0][0] == 8
    assert await past.seen() == before
    assert (await past.groat.verify()).ok
    # All of it, and what is done afterwards goes on from there.
    assert [month.month for month in await past.groat.archive("2026-04-01T00:00:00Z")] == [
        202601,
        202602,
        202603,
    ]
    assert database.rows("SELECT count(*) FROM groat_posting")[0][0] == 0
    assert await past.seen() == before
    view = await give(past.groat, "user:a", "1")
    entries = await past.groat.entries("user:a", "CREDIT", limit=500)
    assert entries[0].transaction == view.id
    assert entries[1:] == before["user:a by 500"]
    assert (await past.groat.verify()).ok


async def test_keys_of_the_archive_hold_for_ever(past: Past) -> None:
    await past.groat.archive("2026-04-01T00:00:00Z")
    legs = [("house:x", "user:a", "20", "CREDIT"), ("house:x", "user:b", "5", "CREDIT")]
    again = await past.groat.post(legs, key="order-0", metadata={"n": 0})
    assert (again.id, again.replayed) == (past.posted[0], True)
    assert again.postings
    bulk = await past.groat.bulk([[("house:x", "user:a", "1", "CREDIT")]] * 2, key="bulk-3")
    assert (len(bulk.transactions), bulk.replayed) == (2, True)
    refusal = await refused(past.groat.post([("user:b", "house:x", "999", "CREDIT")], key="no-3"))
    assert (refusal.code, refusal.replayed) == ("insufficient_funds", True)
    assert (await refused(past.groat.post(legs[:1], key="order-0"))).code == "key_reused"


async def test_what_is_archived_can_be_reversed_just_once(past: Past) -> None:
    groat = past.groat
    reversed_before = past.posted[2]
    await groat.archive("2026-03-01T00:00:00Z")
    # A part of it was reversed in its own month, and that is archived, too.
    over = await refused(groat.reverse(reversed_before, amounts=["19", "0"], key=new_key()))
    assert over.code == "exceeds_transaction"
    view = await groat.reverse(reversed_before, amounts=["17", "0"], key=new_key())
    assert view.reverses == reversed_before
    # One reversal here, one there.
    assert (
        await refused(groat.reverse(reversed_before, amounts=["2", "0"], key=new_key()))
    ).code == "exceeds_transaction"
    await groat.reverse(reversed_before, amounts=["1", "0"], key=new_key())
    assert (await refused(groat.reverse(reversed_before, key=new_key()))).code == "exceeds_transaction"
    past.clock.advance(90 * DAY_S)
    await groat.archive("2026-05-01T00:00:00Z")
    assert (await refused(groat.reverse(reversed_before, key=new_key()))).code == "exceeds_transaction"
    assert (await groat.verify()).ok


async def test_a_hold_of_an_archived_month_resolves(past: Past) -> None:
    await past.groat.archive("2026-04-01T00:00:00Z")
    before = await standing(past.groat, "user:a")
    await past.groat.capture(past.held[0], key=new_key())
    await past.groat.release(past.held[1], key=new_key())
    after = await standing(past.groat, "user:a")
    assert (before.held, after.held, int(before.balance) - int(after.balance)) == ("9", "3", 3)
    assert (await past.groat.verify()).ok


async def test_a_month_that_may_still_change_is_left_alone(past: Past) -> None:
    """Here it is the third of April; the moment must lie a day back."""
    for moment in ("2026-05-01T00:00:00Z", past.clock.after(0), past.clock.after(-DAY_S + 1)):
        with pytest.raises(MonthNotOver):
            await past.groat.archive(moment)
    assert await past.groat.archived() == []
    assert await past.groat.archive("2026-01-01T00:00:00Z") == []
    await past.groat.archive(past.clock.after(-DAY_S))


@pytest.mark.parametrize(
    "statement", ["copy_transactions", "drop_postings", "drop_transactions", "note_archive", "commit"]
)
async def test_it_may_break_off_anywhere(
    database: Database, clock: Clock, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "TRANSACTIONS_MAX", 3)
    breaking: list[int] = []

    def strike(query: Query) -> None:
        if breaking and query.name == statement:
            breaking[0] -= 1
            if breaking[0] == 0:
                raise RuntimeError("a fault")

    async with Groat.open(database.url, store=database.store(clock, strike)) as groat:
        await groat.add_asset("CREDIT", 0)
        past = Past(groat, clock)
        await past.month()
        await past.month()
        seen = await past.seen()
        # In the second stretch: the first one is done.
        breaking.append(2)
        with pytest.raises(RuntimeError):
            await groat.archive("2026-02-01T00:00:00Z")
        breaking.clear()
        (broken,) = await groat.archived()
        assert 0 < broken.transactions < 8
        assert await past.seen() == seen
        assert (await groat.verify()).ok
        (done,) = await groat.archive("2026-02-01T00:00:00Z")
        assert done == Month(202601, 8, 12)
        assert await past.seen() == seen
        assert (await groat.verify()).ok


@pytest.fixture
def postgres(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


class Halted:
    """Archives in a thread of its own, and stands still before a statement until it is let go."""

    def __init__(self, database: PostgresDatabase, clock: Clock, statement: str) -> None:
        self._statement = statement
        self._go = threading.Event()
        self.there = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(database, clock)))
        self.months: list[Month] = []

    async def _run(self, database: PostgresDatabase, clock: Clock) -> None:
        def stop(query: Query) -> None:
            if query.name == self._statement:
                self.there.set()
                self._go.wait(4)

        async with Groat.open(database.url, store=database.store(clock, stop)) as groat:
            self.months = await groat.archive("2026-02-01T00:00:00Z")

    async def __aenter__(self) -> Halted:
        self._thread.start()
        assert await asyncio.to_thread(self.there.wait, 20)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._go.set()
        await asyncio.to_thread(self._thread.join)


@pytest.mark.parametrize("statement", ["copy_postings", "commit"])
async def test_neither_writers_nor_readers_wait_for_it(
    postgres: PostgresDatabase, clock: Clock, statement: str
) -> None:
    async with Groat.open(postgres.url, store=postgres.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        past = Past(groat, clock)
        await past.month()
        await past.month()
        seen = await past.seen()
        async with Halted(postgres, clock, statement) as halted:
            # It holds the locks of a whole stretch, and of the month it makes, until this block ends. Whoever waited
            # for one would hear `busy`.
            await give(groat, "user:b", "1")
            await groat.reverse(past.posted[0], amounts=["1", "0"], key=new_key())
            await groat.capture(past.held[0], key=new_key())
            legs = [("house:x", "user:a", "20", "CREDIT"), ("house:x", "user:b", "5", "CREDIT")]
            assert (await groat.post(legs, key="order-1", metadata={"n": 1})).replayed
            assert (await groat.transaction(past.posted[0])) == seen[past.posted[0]][0]
            assert (await groat.verify()).ok
            assert not halted.months
        assert [month.month for month in halted.months] == [202601]
        assert (await groat.verify()).ok


async def test_two_do_not_archive_at_once(postgres: PostgresDatabase, clock: Clock) -> None:
    async with Groat.open(postgres.url, store=postgres.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        past = Past(groat, clock)
        await past.month()
        await past.month()
        async with Halted(postgres, clock, "commit") as halted:
            other = asyncio.create_task(groat.archive("2026-02-01T00:00:00Z"))
            done, _ = await asyncio.wait({other}, timeout=0.3)
            assert not done
        assert await other == halted.months
        assert (await groat.verify()).ok


@pytest.mark.parametrize("seed", range(3))
async def test_reversals_beside_it_never_exceed_their_transaction(
    postgres: PostgresDatabase, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reversal must see all others, wherever they are at that moment."""
    monkeypatch.setattr(archive, "TRANSACTIONS_MAX", 1)
    chance = random.Random(seed)
    async with Groat.open(postgres.url, store=postgres.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        ids = [str((await give(groat, f"user:{n}", "10")).id) for n in range(30)]
        clock.advance(60 * DAY_S)

        async def undo(id: str) -> int:
            await asyncio.sleep(chance.random() * 0.3)
            amount = chance.randrange(1, 5)
            try:
                await groat.reverse(id, amounts=[str(amount)], key=new_key())
            except Refused:
                return 0
            return amount

        undoing = [asyncio.gather(*(undo(id) for _ in range(6))) for id in ids]
        await groat.archive("2026-02-01T00:00:00Z")
        for each in undoing:
            assert 6 <= sum(await each) <= 10
        report = await groat.verify()
        assert report.ok, report.problems
