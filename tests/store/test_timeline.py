"""Another sort of things that fall due plugs in beside holds: all is caught up on one timeline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from groat import Groat, Policy
from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Move, Refs
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Refusal
from groat.ledger.rows import TransactionRow
from groat.store import due
from groat.store.batch import Done, Retry, prepare
from groat.store.due import GIVES, START, Found, Place, Side
from groat.store.due_holds import DueHolds
from groat.store.flow import Flow
from groat.store.interface import Store
from groat.store.phases import Context, commit_batch, expire_batch
from groat.store.reading import FIRST_ID, LAST_ID
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, new_key

FEES = "house:fees"


class Fees:
    """Fees that fall due on accounts: (account, moment) by id, taken once."""

    order = 3

    def __init__(self, fees: dict[str, tuple[str, int]]) -> None:
        self.fees = fees
        self.named: set[str] = set()

    def find(self, sides: Sequence[Side], now: int, most: int) -> Flow[list[Found]]:
        found = []
        for path, asset, side in sides:
            mine = sorted(
                Place(at, 3, id) for id, (who, at) in self.fees.items() if who == path and at <= now
            )
            if side == GIVES:
                found += [Found(place, (path, asset, side)) for place in mine[:most]]
        yield from ()
        return found

    def page(self, now: int, after: tuple[int, str], limit: int) -> Flow[list[Place]]:
        places = sorted(
            Place(at, 3, id) for id, (_, at) in self.fees.items() if (at, id) > after and at <= now
        )
        yield from ()
        return places[:limit]

    def name(self, ids: set[str], refs: Refs) -> Flow[None]:
        self.named = ids
        refs.accounts |= {(self.fees[id][0], "CREDIT") for id in ids} | {(FEES, "CREDIT")}
        yield from ()

    def ready(self, book: Book, taken: set[str]) -> list[Place]:
        return [Place(self.fees[id][1], 3, id) for id in self.named]

    def waits_for_its_cause(self, book: Book, id: str) -> bool:
        return False

    def do(self, book: Book, id: str, new_id: Callable[[], str]) -> None:
        who, _ = self.fees.pop(id)
        payer = book.accounts[who, "CREDIT"]
        legs = book.move([Move(0, payer, book.accounts[FEES, "CREDIT"], 1, 0)], limits=False)
        assert not isinstance(legs, Refusal)
        # A transaction that the ledger makes by itself has no key, so it is of the kind that needs none.
        texts = ("expire", "system:fees", id, "system:fees", "fee", None)
        book.make(TransactionRow(new_id(), *texts, book.now, book.now, legs))


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return database.store(clock)


@pytest.fixture
async def groat(database: Database, store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Groat]:
    # Nothing falls due by a timer here.
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


def context(groat: Groat, fees: Fees) -> Context:
    ids = iter(f"01a22a25-0000-7000-8000-{number:012x}" for number in range(1, 1_000))
    # The sorts are given in any order.
    return Context({"CREDIT": Asset("CREDIT", 0)}, {}, Policy(), lambda: next(ids), dues=(fees, DueHolds()))


async def kinds(groat: Groat, account: str) -> list[str]:
    """What happened on an account, the first first: fees, and kinds of other transactions."""
    entries = await groat.entries(account, "CREDIT", limit=100)
    return ["fee" if entry.reason == "fee" else entry.kind for entry in reversed(entries)]


async def test_what_is_due_on_an_account_happens_in_the_order_of_its_moments(
    groat: Groat, store: Store, clock: Clock
) -> None:
    await give(groat, "user:a", "10")
    for after_s in (10, 20):
        await groat.hold("user:a", "house:s", "2", "CREDIT", key=new_key(), expires_at=clock.after(after_s))
    second = 1_000_000
    moments = {"f1": 5, "f2": 10, "f3": 15, "f4": 20, "f5": 99}
    fees = Fees({id: ("user:a", clock() + at * second) for id, at in moments.items()})
    clock.advance(60)
    spend = Post(principal="s:x", key="k", postings=(Posting("user:a", "house:s", 6, "CREDIT"),))
    spend.check({"CREDIT": Asset("CREDIT", 0)})
    spend.ids = ["01a22a25-0000-7000-9000-000000000001"]
    committed = await store.write(commit_batch, [prepare(spend)], context(groat, fees), "w")
    assert isinstance(committed.verdicts[0], Done), "ten, less four fees, and the holds are over"
    assert committed.expired == 6
    # At one moment holds come before what has a higher order.
    happened = ["fee", "expire", "fee", "fee", "expire", "fee", "post"]
    assert await kinds(groat, "user:a") == ["post", "hold", "hold", *happened]
    assert list(fees.fees) == ["f5"], "not due yet"


async def test_what_no_command_asks_for_is_done_page_by_page_across_the_sorts(
    groat: Groat, store: Store, clock: Clock
) -> None:
    await give(groat, "user:a", "10")
    await give(groat, "user:b", "10")
    for person in ("user:a", "user:b"):
        await groat.hold(person, "house:s", "2", "CREDIT", key=new_key(), expires_at=clock.after(10))
    await groat.hold("user:a", "house:s", "2", "CREDIT", key=new_key(), expires_at=clock.after(20))
    second = 1_000_000
    fees = Fees({f"f{n}": ("user:b", clock() + n * second) for n in (5, 10, 15)})
    clock.advance(60)
    of_all, pages, after = context(groat, fees), 0, START
    while True:
        done = await store.write(expire_batch, after, 2, "node", of_all, "w")
        pages += 1
        assert done.committed.expired <= 2
        if done.after is None:
            break
        after = done.after
    assert pages == 4
    assert fees.fees == {}
    assert await kinds(groat, "user:a") == ["post", "hold", "hold", "expire", "expire"]
    assert await kinds(groat, "user:b") == ["post", "hold", "fee", "expire", "fee", "fee"]


async def test_no_sort_goes_ahead_of_what_is_left_for_the_next_batch(
    groat: Groat, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "ON_ACCOUNT_MAX", 2)
    await give(groat, "user:a", "10")
    for after_s in (10, 20, 30):
        await groat.hold("user:a", "house:s", "2", "CREDIT", key=new_key(), expires_at=clock.after(after_s))
    fees = Fees({"f1": ("user:a", clock() + 15_000_000), "f2": ("user:a", clock() + 40_000_000)})
    clock.advance(60)
    of_all = context(groat, fees)
    spend = Post(principal="s:x", key="k", postings=(Posting("user:a", "house:s", 8, "CREDIT"),))
    spend.check({"CREDIT": Asset("CREDIT", 0)})
    spend.ids = ["01a22a25-0000-7000-9000-000000000001"]
    first = await store.write(commit_batch, [prepare(spend)], of_all, "w")
    assert first.verdicts == [Retry()]
    assert await kinds(groat, "user:a") == ["post", *["hold"] * 3, "expire", "fee", "expire"]
    second = await store.write(commit_batch, [prepare(spend)], of_all, "w")
    assert isinstance(second.verdicts[0], Done)
    assert (await kinds(groat, "user:a"))[-3:] == ["expire", "fee", "post"]


def test_a_place_says_how_far_each_sort_is_over() -> None:
    place = Place(7, 2, "x")
    assert place.passed(2) == (7, "x")
    assert place.passed(0) == (7, LAST_ID)
    assert place.passed(3) == (7, FIRST_ID)
