"""Group commit: any number of callers, a bounded queue, poisonous commands, callers that go away, closing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from groat import Closed, Groat, GroatError, InvalidInput, Overloaded
from groat.engine import committer
from groat.ledger.book import Book, Refs
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Unavailable
from groat.store.batch import Done
from groat.store.flow import Query
from tests.engine.vouchers import VOUCHERS, Issue
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.helpers.money import give, refused, standing
from tests.live.waiting import until

LEG = [("house:x", "user:a", "1", "CREDIT")]


class Gate:
    """Stops the writer before the batch that comes next, until it is opened."""

    def __init__(self) -> None:
        self.arrived = 0
        self._open = threading.Event()
        self._open.set()

    def __call__(self, query: Query) -> None:
        if query.name == "begin_batch":
            self.arrived += 1
            assert self._open.wait(30), "nobody opened the gate"

    def shut(self) -> None:
        self.arrived = 0
        self._open.clear()

    def open(self) -> None:
        self._open.set()


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What the engine logs; a traceback printed in colours for each broken batch would take seconds."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@asynccontextmanager
async def opened(directory: Path, gate: Gate, **options: Any) -> AsyncIterator[Groat]:
    database = SqliteDatabase(directory)
    store = database.store(Clock(), before_query=gate, extensions=[VOUCHERS])
    async with Groat.open(database.url, store=store, **options) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        gate.open()
        assert (await groat.verify()).ok


def post(key: str, amount: int = 1, source: str = "house:x") -> Post:
    return Post(principal="service:x", key=key, postings=(Posting(source, "user:a", amount, "CREDIT"),))


async def in_flight(groat: Groat, gate: Gate, key: str = "first") -> asyncio.Task[Any]:
    """A call whose batch has begun and stands before the shut gate."""
    gate.shut()
    task = asyncio.create_task(groat.post(LEG, key=key))
    await until(lambda: gate.arrived)
    return task


async def queued(groat: Groat, *keys: str) -> list[asyncio.Task[Any]]:
    """Calls that wait for the next batch."""
    before = groat.committer.waiting
    tasks = [asyncio.create_task(groat.post(LEG, key=key)) for key in keys]
    await until(lambda: groat.committer.waiting == before + len(keys))
    return tasks


# Batches.


async def test_any_number_of_callers(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        views = await asyncio.gather(*(groat.post(LEG, key=f"k{n}") for n in range(3_000)))
        assert len({view.id for view in views}) == 3_000
        assert await standing(groat, "user:a") == ("3000", "0", "3000", 3_000)
        stats = groat.committer.stats
        assert stats.commands == 3_000
        assert stats.batches < 50


async def test_while_one_batch_commits_the_next_one_forms(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        rest = await queued(groat, *(f"k{n}" for n in range(100)))
        before = groat.committer.stats.batches
        gate.open()
        await asyncio.gather(first, *rest)
        assert groat.committer.stats.batches == before + 2


async def test_a_batch_waits_for_those_that_come_turn_after_turn(
    tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "GATHER_S", 60)
    async with opened(tmp_path, gate) as groat:
        await groat.post(LEG, key="first")
        before = groat.committer.stats.batches
        calls = []
        for n in range(20):
            calls.append(asyncio.create_task(groat.post(LEG, key=f"k{n}")))
            await asyncio.sleep(0)
        await asyncio.gather(*calls)
        assert groat.committer.stats.batches == before + 1


async def test_a_batch_does_not_wait_for_ever(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        calls = [asyncio.create_task(groat.post(LEG, key="k0"))]
        while not calls[0].done():
            calls.append(asyncio.create_task(groat.post(LEG, key=f"k{len(calls)}")))
            await asyncio.sleep(0)
        assert (await calls[0]).replayed is False
        await asyncio.gather(*calls)


async def test_a_batch_holds_at_most_so_many(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate, batch_max=10) as groat:
        first = await in_flight(groat, gate)
        rest = await queued(groat, *(f"k{n}" for n in range(95)))
        before = groat.committer.stats.batches
        gate.open()
        await asyncio.gather(first, *rest)
        assert groat.committer.stats.batches == before + 11


async def test_equal_keys_share_a_batch(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        rest = await queued(groat, *["same"] * 10)
        before = groat.committer.stats.batches
        gate.open()
        views = await asyncio.gather(first, *rest)
        assert sorted(view.replayed for view in views) == [False] * 2 + [True] * 9
        assert (groat.committer.stats.batches, groat.committer.stats.failed_batches) == (before + 2, 0)
        assert (await standing(groat, "user:a")).balance == "2"


async def test_refusals_are_counted_by_code(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        for n in range(3):
            await refused(groat.post([("user:b", "user:a", "1", "CREDIT")], key=f"k{n}"))
        assert groat.committer.stats.refusals == {"insufficient_funds": 3}


# The queue.


async def test_a_full_queue_sheds_and_freezes_nothing(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate, queue_max=10) as groat:
        first = await in_flight(groat, gate)
        rest = await queued(groat, *(f"k{n}" for n in range(10)))
        with pytest.raises(Overloaded) as caught:
            await groat.post(LEG, key="shed")
        assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("overloaded", 503, 1)
        with pytest.raises(Overloaded):
            await groat.execute_many([post("many1"), post("many2")])
        assert groat.committer.waiting == 10
        assert groat.committer.stats.overloaded == 2
        gate.open()
        await asyncio.gather(first, *rest)
        assert not (await groat.post(LEG, key="shed")).replayed
        assert (await standing(groat, "user:a")).balance == "12"


async def test_many_commands_are_taken_all_or_none(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate, queue_max=10) as groat:
        first = await in_flight(groat, gate)
        rest = await queued(groat, *(f"k{n}" for n in range(8)))
        with pytest.raises(Overloaded):
            await groat.execute_many([post(f"many{n}") for n in range(3)])
        two = asyncio.create_task(groat.execute_many([post(f"many{n}") for n in range(2)]))
        await until(lambda: groat.committer.waiting == 10)
        gate.open()
        assert [v.replayed for v in await two] == [False, False]
        await asyncio.gather(first, *rest)
        # A call that is larger than the queue is taken when the queue is empty.
        assert len(await groat.execute_many([post(f"large{n}") for n in range(25)])) == 25


async def test_commands_that_make_no_transaction_take_their_place_too(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate, queue_max=10) as groat:
        first = await in_flight(groat, gate)
        commands = [
            Issue(principal="service:x", key=f"i{n}", voucher=f"v{n}", owner="user:a", amount=1)
            for n in range(11)
        ]
        tasks = [asyncio.create_task(groat.execute(command)) for command in commands]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert [type(task.exception()) for task in done] == [Overloaded]
        gate.open()
        await asyncio.gather(first, *tasks, return_exceptions=True)


# Poison.


class Explosive(Post, kw_only=True):
    """Its decide() breaks after it has moved money."""

    error: Any = None

    def decide(self, book: Book) -> Any:
        super().decide(book)
        raise self.error


class Needy(Post, kw_only=True):
    """It cannot even say what it needs."""

    error: Any = None

    def needs(self, refs: Refs, book: Book) -> None:
        raise self.error


class Forgetful(Post, kw_only=True):
    """It names none of the rows that it goes on to use."""

    def needs(self, refs: Refs, book: Book) -> None:
        pass


def poison(kind: Any, **more: Any) -> Any:
    postings = (Posting("house:p", "user:p", 1, "CREDIT"),)
    return kind(principal="service:x", key="poison", postings=postings, **more)


POISONS = {
    "decide breaks": (poison(Explosive, error=ZeroDivisionError()), "command_failed"),
    "decide raises one of ours": (poison(Explosive, error=InvalidInput("invalid_time")), "invalid_time"),
    "needs breaks": (poison(Needy, error=ZeroDivisionError()), "command_failed"),
    "needs raises one of ours": (poison(Needy, error=InvalidInput("invalid_time")), "command_failed"),
    "rows not named": (poison(Forgetful), "command_failed"),
    "a row that does not fit": (
        Issue(principal="service:x", key="poison", voucher="v", owner="user:a", amount=None),
        "command_failed",
    ),
}


@pytest.mark.parametrize("kind", POISONS)
async def test_poison_takes_no_neighbour_along(
    tmp_path: Path, gate: Gate, kind: str, logged: list[Any]
) -> None:
    command, code = POISONS[kind]
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        before = await queued(groat, *(f"before{n}" for n in range(10)))
        poisoned = asyncio.create_task(groat.execute(command))
        await until(lambda: groat.committer.waiting == 11)
        after = await queued(groat, *(f"after{n}" for n in range(10)))
        gate.open()
        with pytest.raises(GroatError) as caught:
            await poisoned
        assert caught.value.code == code
        # Operators hear of what broke; an error that a program raised on purpose is its caller's affair.
        assert any(line["log_level"] == "error" for line in logged) == (code == "command_failed")
        views = await asyncio.gather(first, *before, *after)
        assert not any(view.replayed for view in views)
        assert await standing(groat, "user:a") == ("21", "0", "21", 21)
        # Nothing is frozen under its key, and the ledger goes on.
        assert not (await groat.post(LEG, key="poison", principal="service:x")).replayed


async def test_only_poison(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        for kind, (command, _) in POISONS.items():
            with pytest.raises(GroatError):
                await groat.execute(command)
            assert await groat.accounts() == [], kind
        await give(groat, "user:a", "1")


# Callers that go away.


async def test_a_caller_that_goes_while_its_command_waits(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        gone, stays = await queued(groat, "gone", "stays")
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        gate.open()
        await asyncio.gather(first, stays)
        # The command was dropped whole.
        assert (await standing(groat, "user:a")).balance == "2"
        assert not (await groat.post(LEG, key="gone")).replayed


async def test_a_caller_that_goes_while_its_batch_commits(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        (second,) = await queued(groat, "second")
        gate.open()
        await second
        # The command was committed whole, and its key tells.
        assert (await standing(groat, "user:a")).balance == "2"
        assert (await groat.post(LEG, key="first")).replayed


async def test_a_caller_that_waits_only_so_long(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(groat.post(LEG, key="late"), 0.01)
        gate.open()
        await first
        await groat.post(LEG, key="late")
        assert (await standing(groat, "user:a")).balance == "2"


async def test_a_caller_of_many_that_goes(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        first = await in_flight(groat, gate)
        many = asyncio.create_task(groat.execute_many([post(f"m{n}") for n in range(5)]))
        await until(lambda: groat.committer.waiting == 5)
        many.cancel()
        with pytest.raises(asyncio.CancelledError):
            await many
        gate.open()
        await first
        # By the end of this post all that waited behind the first would be committed.
        await groat.post(LEG, key="last")
        assert (await standing(groat, "user:a")).balance == "2"


async def test_all_callers_go(tmp_path: Path, gate: Gate) -> None:
    async with opened(tmp_path, gate) as groat:
        tasks = [await in_flight(groat, gate), *await queued(groat, *(f"k{n}" for n in range(50)))]
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
        gate.open()
        await give(groat, "user:a", "1")
        assert (await standing(groat, "user:a")).balance == "2"


# Closing.


async def test_closing_commits_what_waits(tmp_path: Path, gate: Gate) -> None:
    closing = asyncio.Event()

    async def live() -> Groat:
        async with opened(tmp_path, gate) as groat:
            ready.set_result(groat)
            await closing.wait()
            gate.shut()
            tasks.append(asyncio.create_task(groat.post(LEG, key="first")))
            await until(lambda: gate.arrived)
            tasks.extend(await queued(groat, *(f"k{n}" for n in range(50))))
            asyncio.get_running_loop().call_later(0.05, gate.open)
            return groat

    tasks: list[asyncio.Task[Any]] = []
    ready: asyncio.Future[Groat] = asyncio.get_running_loop().create_future()
    life = asyncio.create_task(live())
    await ready
    closing.set()
    groat = await life
    views = await asyncio.gather(*tasks)
    assert len({view.id for view in views}) == 51
    with pytest.raises(Closed) as caught:
        await groat.post(LEG, key="late")
    assert (caught.value.code, caught.value.status) == ("closed", 503)
    async with opened(tmp_path, gate) as again:
        assert (await standing(again, "user:a")).balance == "51"
        assert not (await again.post(LEG, key="late")).replayed


async def test_a_store_that_fails_answers_everybody_and_recovers(tmp_path: Path) -> None:
    broken = True

    def fail(query: Query) -> None:
        if broken and query.name == "insert_batch":
            raise Unavailable()

    database = SqliteDatabase(tmp_path)
    async with Groat.open(database.url, store=database.store(Clock(), before_query=fail)) as groat:
        await groat.add_asset("CREDIT", 0)
        outcomes = await asyncio.gather(
            *(groat.post(LEG, key=f"k{n}") for n in range(20)), return_exceptions=True
        )
        assert {getattr(outcome, "code", None) for outcome in outcomes} == {"store_unavailable"}
        assert groat.committer.stats.failed_batches > 0
        broken = False
        verdicts = await groat.execute_many([post(f"k{n}") for n in range(20)])
        assert all(isinstance(v, Done) and not v.replayed for v in verdicts)
