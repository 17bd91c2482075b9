"""Runs are posted chunk by chunk on both stores: by nodes that race, past what breaks, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from groat import Groat
from groat.ledger.errors import StoreError, Unavailable
from groat.programs.runs import drafts, reading, rows
from groat.programs.runs.rows import RunRow
from groat.programs.runs.views import RunView
from groat.programs.runs.words import DraftRow, Runs
from groat.programs.runs.worker import Poster
from groat.programs.workflow.words import workflow_of
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database

__all__ = ["clock", "database"]

PEOPLE, CHUNK = 95, 10
STAFF = ["admin"]


class Breaks:
    """Breaks the next transactions, each before one statement more than the one before."""

    def __init__(self) -> None:
        self.at = self.left = -1
        self.broke = 0

    def next(self) -> None:
        self.at += 1
        self.left = self.at

    def __call__(self, query: Query) -> None:
        if self.left == 0:
            self.left = -1
            self.broke += 1
            raise Unavailable("the process is gone")
        self.left -= self.left > 0


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (rows, drafts, reading):
        monkeypatch.setattr(room, "ATOMIC_MAX", CHUNK)
        monkeypatch.setattr(room, "CHUNK_ROWS", CHUNK)


@pytest.fixture
def breaks() -> Breaks:
    return Breaks()


@pytest.fixture
async def groat(database: Database, clock: Clock, breaks: Breaks) -> AsyncIterator[Groat]:
    database.prepare(Groat.standing)
    store = database.store(clock, before_query=breaks, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


async def begin(groat: Groat, key: str = "run") -> RunView:
    people = [DraftRow("5", user=f"p{number}") for number in range(PEOPLE)]
    runs = groat.program(Runs)
    return await runs.post(people, by="user:ada", roles=STAFF, key=key, asset="CREDIT", reason="Race")


async def running(groat: Groat) -> RunRow | None:
    found = await groat.read(reading.running_runs)
    return found[0] if found else None


async def check(groat: Groat, id: str, times: int = 1) -> None:
    run = await groat.program(Runs).get(id)
    assert run is not None
    assert (run.state, run.posted.rows, run.chunks.done, run.chunks.of) == ("done", PEOPLE, 10, 10)
    for number in range(PEOPLE):
        account = await groat.account(f"user:p{number}")
        assert account is not None
        (view,) = account.balances
        assert (view.balance, view.version) == (str(5 * times), times)


async def test_nodes_that_race_post_each_row_once(groat: Groat, database: Database, clock: Clock) -> None:
    made = await begin(groat)
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as other:
        posters = [Poster(workflow_of(node)) for node in (groat, other)]
        while (run := await running(groat)) is not None:
            # Without the lease, for one that is slow may have lost it.
            await asyncio.gather(*(poster.go_on(run) for poster in posters))
        await check(groat, made.id)
        assert sum(poster.rows for poster in posters) == PEOPLE
        # With it one node posts, and the other lets it.
        made = await begin(groat, "again")
        assert [await poster.round() for poster in posters] == [1, 0]
        while await posters[0].round():
            pass
        await check(groat, made.id, 2)


async def test_whatever_breaks_a_chunk_each_row_is_posted_once(groat: Groat, breaks: Breaks) -> None:
    made = await begin(groat)
    poster = Poster(workflow_of(groat))
    while (run := await running(groat)) is not None:
        breaks.next()
        # Where the store does not try again by itself, the next round does.
        with suppress(StoreError):
            await poster.go_on(run)
        breaks.left = -1
    assert breaks.broke > 5
    await check(groat, made.id)


async def test_a_run_that_is_paused_goes_on_where_it_was(groat: Groat) -> None:
    made = await begin(groat)
    workflow = workflow_of(groat)
    poster = Poster(workflow)
    assert await poster.round() == 1
    stale = await running(groat)
    assert stale is not None
    await workflow.take("run", made.id, "pause", {}, by="user:eve", key="pause", roles=STAFF)
    # A chunk that was under way when somebody paused the run posts nothing.
    await poster.go_on(stale)
    assert await poster.round() == 0
    run = await groat.program(Runs).get(made.id)
    assert run is not None
    assert (run.state, run.posted.rows, run.chunks.done) == ("paused", CHUNK, 1)
    await workflow.take("run", made.id, "resume", by="user:ada", key="resume", roles=STAFF)
    while await poster.round():
        pass
    await check(groat, made.id)


async def test_a_run_is_cancelled_between_chunks(groat: Groat) -> None:
    made = await begin(groat)
    workflow, runs = workflow_of(groat), groat.program(Runs)
    poster = Poster(workflow)
    assert await poster.round() == 1
    given = {"reason": "Wrong people"}
    await workflow.take("run", made.id, "cancel", given, by="user:ada", key="cancel", roles=STAFF)
    assert await poster.round() == 0
    run = await runs.get(made.id)
    assert run is not None
    assert (run.state, run.posted.rows) == ("cancelled", CHUNK)
    undo = await runs.undo(made.id, by="user:ada", reason="Wrong people")
    assert undo.summary.rows == CHUNK
    await runs.file(undo.id, undo.version, by="user:ada", roles=STAFF, key="undo")
    while await poster.round():
        pass
    account = await groat.account("user:p3")
    assert account is not None
    assert account.balances[0].balance == "0"
